package example;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.services.blocking.ModelService;
import com.openai.services.blocking.admin.OrganizationService;
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

/** A sandbox of the emulator, which is an isolated organization for one test, and its controls. */
final class Sandbox implements AutoCloseable {
  static final String EMULATOR =
      Optional.ofNullable(System.getenv("EMULATOR_URL")).orElse("http://127.0.0.1:4010");
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String name;
  private final String baseUrl;
  private final String adminKey;

  Sandbox() {
    JsonNode created = send("POST", "/_emulator/sandboxes", "{}");
    name = created.get("name").asText();
    baseUrl = created.get("base_url").asText();
    adminKey = created.get("admin_key").asText();
  }

  /** The keys API, authenticated with the admin key. */
  AdminApiKeyService keys() {
    return keysAs(adminKey);
  }

  AdminApiKeyService keysAs(String key) {
    return keys(client -> client.adminApiKey(key));
  }

  AdminApiKeyService keys(UnaryOperator<OpenAIOkHttpClient.Builder> options) {
    return options.apply(client()).build().admin().organization().adminApiKeys();
  }

  OrganizationService organization() {
    return client().build().admin().organization();
  }

  /** The list of models, which authenticates keys of projects. */
  ModelService modelsAs(String key) {
    return OpenAIOkHttpClient.builder().baseUrl(baseUrl).apiKey(key).build().models();
  }

  private OpenAIOkHttpClient.Builder client() {
    return OpenAIOkHttpClient.builder().baseUrl(baseUrl).adminApiKey(adminKey);
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

  /** Returns the matching journal entries, oldest first. */
  List<JsonNode> requests(String filters) {
    return List.of(JSON.convertValue(control("GET", "/journal?" + filters, "").get("data"), JsonNode[].class));
  }

  @Override
  public void close() {
    send("DELETE", "/_emulator/sandboxes/" + name, "");
  }

  private JsonNode control(String method, String path, String body) {
    return send(method, "/sandbox/" + name + "/_emulator" + path, body);
  }

  private static JsonNode send(String method, String path, String body) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(EMULATOR + path))
            .header("Content-Type", "application/json")
            .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build();
    try {
      var response = HTTP.send(request, BodyHandlers.ofString());
      if (response.statusCode() >= 300) throw new IllegalStateException(response.body());
      return JSON.readTree(response.body());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
