package example;

import static org.junit.jupiter.api.Assertions.*;

import com.openai.errors.*;
import com.openai.models.admin.organization.adminapikeys.AdminApiKeyCreateParams;
import java.util.Optional;
import org.junit.jupiter.api.*;

class ErrorsTest {
  @AutoClose private final Sandbox sandbox = new Sandbox();
  private final AdminApiKeyCreateParams.Builder ci = AdminApiKeyCreateParams.builder().name("ci");

  @Test
  void unknownKeyIs401() {
    var keys = sandbox.keysAs("sk-admin-wrong");
    var error = assertThrows(UnauthorizedException.class, keys::list);
    assertError(error, 401, "invalid_api_key", null, "Incorrect API key provided: sk-admin**rong.");
  }

  @Test
  void projectKeyIs403() {
    var keys = sandbox.keysAs("sk-proj-of-a-project");
    var error = assertThrows(PermissionDeniedException.class, () -> keys.create(ci.build()));
    assertError(error, 403, null, null, "Missing scopes: api.management.write.");
  }

  @Test
  void unknownIdIs404() {
    var error = assertThrows(NotFoundException.class, () -> sandbox.keys().retrieve("key_none"));
    assertError(error, 404, "not_found", null, "The admin API key key_none was not found");
  }

  @Test
  void invalidValueIs400() {
    var params = ci.expiresInSeconds(0).build();
    var error = assertThrows(BadRequestException.class, () -> sandbox.keys().create(params));
    var message = "Expected a value >= 1, but got 0 instead.";
    assertError(error, 400, "integer_below_min_value", "expires_in_seconds", message);
  }

  private static void assertError(
      OpenAIServiceException error, int status, String code, String param, String message) {
    assertEquals(status, error.statusCode());
    assertEquals(Optional.ofNullable(code), error.code());
    assertEquals(Optional.ofNullable(param), error.param());
    assertTrue(error.getMessage().contains(message), error.getMessage());
  }
}
