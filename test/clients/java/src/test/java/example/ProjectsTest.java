package example;

import static org.junit.jupiter.api.Assertions.*;

import com.openai.errors.UnauthorizedException;
import com.openai.models.admin.organization.auditlogs.AuditLogListParams;
import com.openai.models.admin.organization.auditlogs.AuditLogListParams.EventType;
import com.openai.models.admin.organization.auditlogs.AuditLogListResponse;
import com.openai.models.admin.organization.projects.Project;
import com.openai.models.admin.organization.projects.ProjectCreateParams;
import com.openai.models.admin.organization.projects.ProjectListParams;
import com.openai.models.admin.organization.projects.apikeys.ApiKeyDeleteParams;
import com.openai.models.admin.organization.projects.serviceaccounts.ServiceAccountCreateParams;
import com.openai.models.admin.organization.projects.serviceaccounts.ServiceAccountCreateResponse;
import com.openai.models.admin.organization.projects.serviceaccounts.apikeys.ApiKeyCreateParams;
import com.openai.models.admin.organization.projects.serviceaccounts.apikeys.ApiKeyCreateResponse;
import com.openai.services.blocking.admin.OrganizationService;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.*;

class ProjectsTest {
  @AutoClose private final Sandbox sandbox = new Sandbox();
  private final OrganizationService organization = sandbox.organization();
  private final String projectId =
      organization.projects().create(ProjectCreateParams.builder().name("Web").build()).id();
  private final ServiceAccountCreateResponse account = createAccount("ci");
  private final ServiceAccountCreateResponse.ApiKey key = account.apiKey().orElseThrow();

  @Test
  void rotatingServiceAccountKeys() {
    var rotated = createKey();
    assertFalse(sandbox.modelsAs(rotated.value()).list().data().isEmpty());
    assertEquals(key.id(), deleteKey());
    assertThrows(UnauthorizedException.class, sandbox.modelsAs(key.value())::list);
    var left = organization.projects().apiKeys().list(projectId).data();
    assertEquals(List.of(rotated.id()), left.stream().map(each -> each.id()).toList());
    assertEquals(account.id(), left.get(0).owner().serviceAccount().orElseThrow().id());
    assertTrue(left.get(0).lastUsedAt().isPresent());
  }

  @Test
  void archivingProjectsDeletesTheirKeys() {
    sandbox.modelsAs(key.value()).list();
    var archived = organization.projects().archive(projectId);
    assertEquals(projectId, archived.id());
    assertEquals("archived", archived.status().orElseThrow());
    assertTrue(archived.archivedAt().isPresent());
    assertThrows(UnauthorizedException.class, sandbox.modelsAs(key.value())::list);
    assertEquals(List.of("Default project"), projectNames(false));
    assertEquals(List.of("Default project", "Web"), projectNames(true));
  }

  @Test
  void auditLogShowsRotations() {
    var rotated = createKey();
    deleteKey();
    var params =
        AuditLogListParams.builder()
            .addEventType(EventType.API_KEY_CREATED)
            .addEventType(EventType.API_KEY_DELETED)
            .resourceIds(List.of(key.id(), rotated.id()))
            .build();
    var events = organization.auditLogs().list(params).data();
    assertEquals(2, events.size());
    var deletion = events.get(0);
    assertEquals(AuditLogListResponse.Type.API_KEY_DELETED, deletion.type());
    assertEquals(key.id(), deletion.apiKeyDeleted().orElseThrow().id().orElseThrow());
    var creation = events.get(1);
    assertEquals(AuditLogListResponse.Type.API_KEY_CREATED, creation.type());
    assertEquals(rotated.id(), creation.apiKeyCreated().orElseThrow().id().orElseThrow());
    for (var event : events) assertEquals("api_key", event.actor().orElseThrow().type().orElseThrow().asString());
  }

  @Test
  void auditLogPagingVisitsEveryEvent() {
    var created = new ArrayList<String>();
    for (int n = 0; n < 25; n++) created.add(0, createAccount("ci-" + n).id());
    var params =
        AuditLogListParams.builder()
            .addEventType(EventType.SERVICE_ACCOUNT_CREATED)
            .resourceIds(created)
            .limit(10)
            .build();
    var events = organization.auditLogs().list(params).autoPager().stream();
    assertEquals(
        created, events.map(each -> each.serviceAccountCreated().orElseThrow().id().orElseThrow()).toList());
    assertEquals(3, sandbox.requests("operation=list-audit-logs").size());
  }

  private ServiceAccountCreateResponse createAccount(String name) {
    var params = ServiceAccountCreateParams.builder().name(name).build();
    return organization.projects().serviceAccounts().create(projectId, params);
  }

  private ApiKeyCreateResponse createKey() {
    var params = ApiKeyCreateParams.builder().projectId(projectId).name("rotated").build();
    return organization.projects().serviceAccounts().apiKeys().create(account.id(), params);
  }

  /** Deletes the first key of the account; returns the id in the response. */
  private String deleteKey() {
    var params = ApiKeyDeleteParams.builder().projectId(projectId).build();
    return organization.projects().apiKeys().delete(key.id(), params).id();
  }

  private List<String> projectNames(boolean includeArchived) {
    var params = ProjectListParams.builder().includeArchived(includeArchived).build();
    var projects = organization.projects().list(params).data();
    return projects.stream().map(Project::name).map(Optional::orElseThrow).toList();
  }
}
