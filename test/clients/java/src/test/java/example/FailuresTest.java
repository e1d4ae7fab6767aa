package example;

import static org.junit.jupiter.api.Assertions.*;

import com.openai.errors.InternalServerException;
import com.openai.errors.OpenAIInvalidDataException;
import com.openai.models.admin.organization.adminapikeys.AdminApiKey;
import com.openai.models.admin.organization.adminapikeys.AdminApiKeyCreateParams;
import java.util.List;
import org.junit.jupiter.api.*;

class FailuresTest {
  @AutoClose private final Sandbox sandbox = new Sandbox();
  private final AdminApiKeyCreateParams ci =
      AdminApiKeyCreateParams.builder().name("ci").build();

  @Test
  void theClientRetriesAfter429() {
    sandbox.arm("""
        {"operation": "admin-api-keys-list", "kind": "error", "status": 429, "times": 2,
         "headers": {"retry-after-ms": "50"}}""");
    sandbox.keys().list();
    var attempts = sandbox.requests("operation=admin-api-keys-list");
    assertEquals(List.of(0, 1, 2), attempts.stream().map(each -> each.get("retry_count").asInt()).toList());
    assertEquals(List.of(429, 429, 200), attempts.stream().map(each -> each.get("status").asInt()).toList());
    for (var each : attempts.subList(1, 3)) assertTrue(each.get("since_previous_ms").asDouble() >= 45);
  }

  @Test
  void theClientRetriesAfter503() {
    sandbox.arm("""
        {"operation": "admin-api-keys-create", "kind": "error", "status": 503,
         "headers": {"retry-after-ms": "1"}}""");
    sandbox.keys().create(ci);
    var attempts = sandbox.requests("operation=admin-api-keys-create");
    assertEquals(List.of(503, 200), attempts.stream().map(each -> each.get("status").asInt()).toList());
  }

  @Test
  void theClientGivesUpAfterRepeated503() {
    sandbox.arm("""
        {"operation": "admin-api-keys-get", "kind": "error", "status": 503, "times": null,
         "headers": {"retry-after-ms": "1"}}""");
    assertThrows(InternalServerException.class, () -> sandbox.keys().retrieve("key_any"));
    assertEquals(3, sandbox.requests("status=503").size());
  }

  @Test
  void theJournalFindsOrphansOfLostResponses() {
    sandbox.arm("""
        {"operation": "admin-api-keys-create", "when": "after_commit", "kind": "connection_reset"}""");
    var key = sandbox.keys().create(ci);
    var lost = sandbox.requests("operation=admin-api-keys-create&delivered=false");
    assertEquals(1, lost.size());
    var orphan = lost.get(0).get("key_id").asText();
    var named = sandbox.keys().list().data().stream().filter(each -> each.name().orElseThrow().equals("ci"));
    assertEquals(List.of(orphan, key.id()), named.map(AdminApiKey::id).toList());
    sandbox.keys().delete(orphan);
  }

  @Test
  void strictValidationRejectsWrongTypes() {
    var keys = sandbox.keys(client -> client.responseValidation(true));
    var id = keys.create(ci).id();
    keys.retrieve(id);
    keys.list();
    keys.delete(id);
    sandbox.arm("""
        {"operation": "admin-api-keys-create", "kind": "json_patch",
         "patch": [{"op": "replace", "path": "/created_at", "value": "yesterday"}]}""");
    assertThrows(OpenAIInvalidDataException.class, () -> keys.create(ci));
  }
}
