package example;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.services.blocking.admin.organization.AdminApiKeyService;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** A sandbox of the emulator: an organization for one test, and what the test does to it. */
final class Sandbox implements AutoCloseable {
  static final String EMULATOR =
      Optional.ofNullable(System.getenv("EMULATOR_URL")).orElse("http://127.0.0.1:4010");
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String name;
  private final String baseUrl;
  private final String adminKey;

  Sandbox() {
    JsonNode made = ask("POST", "/_emulator/sandboxes", "{}");
    name = made.get("name").asText();
    baseUrl = made.get("base_url").asText();
    adminKey = made.get("admin_key").asText();
  }

  /** Its keys, as the admin key sees them. */
  AdminApiKeyService keys() {
    return keysAs(adminKey);
  }

  AdminApiKeyService keysAs(String key) {
    return keys(client -> client.adminApiKey(key));
  }

  AdminApiKeyService keys(UnaryOperator<OpenAIOkHttpClient.Builder> options) {
    OpenAIClient client =
        options.apply(OpenAIOkHttpClient.builder().baseUrl(baseUrl).adminApiKey(adminKey)).build();
    return client.admin().organization().adminApiKeys();
  }

  void addKeys(String keys) {
    control("POST", "/state", "{\"keys\": [" + keys + "]}");
  }

  void arm(String fault) {
    control("POST", "/faults", fault);
  }

  void advance(String duration) {
    control("PUT", "/clock", "{\"advance\": \"" + duration + "\"}");
  }

  /** What the journal has, oldest first. */
  List<JsonNode> requests(String filters) {
    return List.of(JSON.convertValue(control("GET", "/journal?" + filters, "").get("data"), JsonNode[].class));
  }

  @Override
  public void close() {
    ask("DELETE", "/_emulator/sandboxes/" + name, "");
  }

  private JsonNode control(String method, String path, String body) {
    return ask(method, "/sandbox/" + name + "/_emulator" + path, body);
  }

  private static JsonNode ask(String method, String path, String body) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(EMULATOR + path))
            .header("Content-Type", "application/json")
            .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build();
    try {
      var answer = HTTP.send(request, BodyHandlers.ofString());
      if (answer.statusCode() >= 300) throw new IllegalStateException(answer.body());
      return JSON.readTree(answer.body());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
