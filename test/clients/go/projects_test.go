package adminkeys

import (
	"fmt"
	"slices"
	"testing"

	"github.com/openai/openai-go/v3"
)

// A service account with its first key, and the project that it is in.
type account struct {
	projectID, id, keyID, keyValue string
}

func createAccount(t *testing.T, organization *openai.AdminOrganizationService) account {
	t.Helper()
	project, err := organization.Projects.New(t.Context(), openai.AdminOrganizationProjectNewParams{Name: "Web"})
	must(t, err)
	created := createServiceAccount(t, organization, project.ID, "ci")
	return account{project.ID, created.ID, created.APIKey.ID, created.APIKey.Value}
}

func createServiceAccount(
	t *testing.T, organization *openai.AdminOrganizationService, projectID, name string,
) *openai.AdminOrganizationProjectServiceAccountNewResponse {
	t.Helper()
	params := openai.AdminOrganizationProjectServiceAccountNewParams{Name: name}
	created, err := organization.Projects.ServiceAccounts.New(t.Context(), projectID, params)
	must(t, err)
	return created
}

func TestRotatingServiceAccountKeys(t *testing.T) {
	sandbox := newSandbox(t)
	organization := sandbox.organization()
	old := createAccount(t, organization)
	params := openai.AdminOrganizationProjectServiceAccountAPIKeyNewParams{Name: openai.String("rotated")}
	rotated, err := organization.Projects.ServiceAccounts.APIKeys.New(t.Context(), old.projectID, old.id, params)
	must(t, err)
	models, err := sandbox.modelsAs(rotated.Value).List(t.Context())
	must(t, err)
	if len(models.Data) == 0 {
		t.Error("no models")
	}
	deleted, err := organization.Projects.APIKeys.Delete(t.Context(), old.projectID, old.keyID)
	must(t, err)
	if deleted.ID != old.keyID || !deleted.Deleted {
		t.Error(deleted.RawJSON())
	}
	_, err = sandbox.modelsAs(old.keyValue).List(t.Context())
	apiError(t, err, 401)
	left, err := organization.Projects.APIKeys.List(
		t.Context(), old.projectID, openai.AdminOrganizationProjectAPIKeyListParams{})
	must(t, err)
	if len(left.Data) != 1 || left.Data[0].ID != rotated.ID || left.Data[0].Owner.ServiceAccount.ID != old.id ||
		left.Data[0].LastUsedAt == 0 {
		t.Error(left.RawJSON())
	}
}

func TestArchivingProjectsDeletesTheirKeys(t *testing.T) {
	sandbox := newSandbox(t)
	organization := sandbox.organization()
	account := createAccount(t, organization)
	_, err := sandbox.modelsAs(account.keyValue).List(t.Context())
	must(t, err)
	archived, err := organization.Projects.Archive(t.Context(), account.projectID)
	must(t, err)
	if archived.ID != account.projectID || archived.Status != "archived" || archived.ArchivedAt == 0 {
		t.Error(archived.RawJSON())
	}
	_, err = sandbox.modelsAs(account.keyValue).List(t.Context())
	apiError(t, err, 401)
	for _, includeArchived := range []bool{false, true} {
		params := openai.AdminOrganizationProjectListParams{IncludeArchived: openai.Bool(includeArchived)}
		page, err := organization.Projects.List(t.Context(), params)
		must(t, err)
		var names []string
		for _, project := range page.Data {
			names = append(names, project.Name)
		}
		expected := []string{"Default project"}
		if includeArchived {
			expected = append(expected, "Web")
		}
		if !slices.Equal(names, expected) {
			t.Error(page.RawJSON())
		}
	}
}

func TestAuditLogShowsRotations(t *testing.T) {
	organization := newSandbox(t).organization()
	old := createAccount(t, organization)
	rotated, err := organization.Projects.ServiceAccounts.APIKeys.New(
		t.Context(), old.projectID, old.id, openai.AdminOrganizationProjectServiceAccountAPIKeyNewParams{})
	must(t, err)
	_, err = organization.Projects.APIKeys.Delete(t.Context(), old.projectID, old.keyID)
	must(t, err)
	page, err := organization.AuditLogs.List(t.Context(), openai.AdminOrganizationAuditLogListParams{
		EventTypes:  []string{"api_key.created", "api_key.deleted"},
		ResourceIDs: []string{old.keyID, rotated.ID},
	})
	must(t, err)
	if len(page.Data) != 2 {
		t.Fatal(page.RawJSON())
	}
	deletion, creation := page.Data[0], page.Data[1]
	if deletion.Type != "api_key.deleted" || deletion.APIKeyDeleted.ID != old.keyID || deletion.Actor.Type != "api_key" {
		t.Error(deletion.RawJSON())
	}
	if creation.Type != "api_key.created" || creation.APIKeyCreated.ID != rotated.ID || creation.Actor.Type != "api_key" {
		t.Error(creation.RawJSON())
	}
}

func TestAuditLogPagingVisitsEveryEvent(t *testing.T) {
	sandbox := newSandbox(t)
	organization := sandbox.organization()
	projectID := createAccount(t, organization).projectID
	var created, visited []string
	for n := range 25 {
		created = append(created, createServiceAccount(t, organization, projectID, fmt.Sprint("ci-", n)).ID)
	}
	slices.Reverse(created)
	pager := organization.AuditLogs.ListAutoPaging(t.Context(), openai.AdminOrganizationAuditLogListParams{
		EventTypes:  []string{"service_account.created"},
		ResourceIDs: created,
		Limit:       openai.Int(10),
	})
	for pager.Next() {
		visited = append(visited, pager.Current().ServiceAccountCreated.ID)
	}
	must(t, pager.Err())
	if !slices.Equal(visited, created) {
		t.Error(visited)
	}
	if requests := len(sandbox.requests("operation=list-audit-logs")); requests != 3 {
		t.Error(requests, "requests")
	}
}
