package example;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.openai.models.admin.organization.adminapikeys.AdminApiKey;
import com.openai.models.admin.organization.adminapikeys.AdminApiKeyListParams;
import com.openai.models.admin.organization.adminapikeys.AdminApiKeyListParams.Order;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.*;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PagingTest {
  // The organization also has the admin key, which is its first.
  private static final List<String> NAMES =
      Stream.concat(Stream.of("Admin key"), IntStream.rangeClosed(1, 250).mapToObj(n -> "load-" + n)).toList();

  @AutoClose private final Sandbox sandbox = new Sandbox();

  @BeforeEach
  void addManyKeys() {
    sandbox.addKeys("""
        {"generate": 250, "name": "load-{n}"}""");
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource({"asc,1", "asc,7", "asc,100", "desc,1", "desc,7", "desc,100"})
  void autoPagingVisitsEveryKey(String order, int limit) {
    var params = AdminApiKeyListParams.builder().order(Order.of(order)).limit(limit).build();
    var expected = new ArrayList<>(NAMES);
    if (order.equals("desc")) Collections.reverse(expected);
    assertEquals(expected, namesOf(params));
    var requests = sandbox.requests("operation=admin-api-keys-list");
    assertEquals((int) Math.ceil(251.0 / limit), requests.size());
  }

  @Test
  void deletingWhileIteratingSkipsNoKey() {
    var visited = new ArrayList<String>();
    var remaining = new ArrayList<String>();
    for (var key : sandbox.keys().list().autoPager()) {
      visited.add(nameOf(key));
      // Includes the last key of a page of 20, which is the cursor of the next page.
      if (visited.size() % 2 == 0) sandbox.keys().delete(key.id());
      else remaining.add(nameOf(key));
    }
    assertEquals(NAMES, visited);
    var params = AdminApiKeyListParams.builder().limit(100).build();
    assertEquals(remaining, namesOf(params));
  }

  private List<String> namesOf(AdminApiKeyListParams params) {
    return sandbox.keys().list(params).autoPager().stream().map(PagingTest::nameOf).toList();
  }

  private static String nameOf(AdminApiKey key) {
    return key.name().orElseThrow();
  }
}
