package example;

import static org.junit.jupiter.api.Assertions.*;

import com.openai.errors.NotFoundException;
import com.openai.errors.UnauthorizedException;
import com.openai.models.admin.organization.adminapikeys.AdminApiKeyCreateParams;
import org.junit.jupiter.api.*;

class KeysTest {
  @AutoClose private final Sandbox sandbox = new Sandbox();
  private final AdminApiKeyCreateParams.Builder ci = AdminApiKeyCreateParams.builder().name("ci");

  @Test
  void createReturnsTheValue() {
    var key = sandbox.keys().create(ci.build());
    assertEquals("ci", key.name().orElseThrow());
    assertTrue(key.value().startsWith("sk-admin-"));
    assertTrue(key._expiresAt().isNull());
    assertTrue(key.expiresAt().isEmpty());
  }

  @Test
  void createSetsTheExpiry() {
    var key = sandbox.keys().create(ci.expiresInSeconds(3600).build());
    assertEquals(key.createdAt() + 3600, key.expiresAt().orElseThrow());
  }

  @Test
  void retrieveOmitsTheValue() {
    var created = sandbox.keys().create(ci.build());
    var retrieved = sandbox.keys().retrieve(created.id());
    assertEquals(created.toAdminApiKey(), retrieved);
  }

  @Test
  void deleteRemovesTheKey() {
    var id = sandbox.keys().create(ci.build()).id();
    var deleted = sandbox.keys().delete(id);
    assertEquals(id, deleted.id());
    assertTrue(deleted.deleted());
    assertThrows(NotFoundException.class, () -> sandbox.keys().retrieve(id));
  }

  @Test
  void authenticatingSetsLastUsedAt() {
    var key = sandbox.keys().create(ci.build());
    assertTrue(key.lastUsedAt().isEmpty());
    sandbox.keysAs(key.value()).list();
    assertTrue(sandbox.keys().retrieve(key.id()).lastUsedAt().isPresent());
  }

  @Test
  void keyIsUnknownInAnotherSandbox() {
    var key = sandbox.keys().create(ci.build());
    var defaultSandbox = sandbox.keys(client -> client.baseUrl(Sandbox.EMULATOR + "/v1").adminApiKey(key.value()));
    assertThrows(UnauthorizedException.class, defaultSandbox::list);
  }

  @Test
  void advancingTheClockExpiresTheKey() {
    var key = sandbox.keys().create(ci.expiresInSeconds(30 * 86_400).build());
    var keys = sandbox.keysAs(key.value());
    keys.list();
    sandbox.advance("30d");
    assertThrows(UnauthorizedException.class, keys::list);
  }
}
