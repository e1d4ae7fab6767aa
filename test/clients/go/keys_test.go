package adminkeys

import (
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"
)

var ci = openai.AdminOrganizationAdminAPIKeyNewParams{Name: "ci"}

func TestCreateReturnsTheValue(t *testing.T) {
	key, err := newSandbox(t).keys().New(t.Context(), ci)
	must(t, err)
	if key.Name != "ci" || !strings.HasPrefix(key.Value, "sk-admin-") {
		t.Error(key.RawJSON())
	}
	if raw := key.AdminAPIKey.JSON.ExpiresAt.Raw(); raw != "null" {
		t.Error("expires_at is", raw)
	}
}

func TestCreateSetsTheExpiry(t *testing.T) {
	params := openai.AdminOrganizationAdminAPIKeyNewParams{Name: "ci", ExpiresInSeconds: openai.Int(3600)}
	key, err := newSandbox(t).keys().New(t.Context(), params)
	must(t, err)
	if key.ExpiresAt != key.CreatedAt+3600 {
		t.Error(key.RawJSON())
	}
}

func TestRetrieveOmitsTheValue(t *testing.T) {
	keys := newSandbox(t).keys()
	created, err := keys.New(t.Context(), ci)
	must(t, err)
	retrieved, err := keys.Get(t.Context(), created.ID)
	must(t, err)
	value := `,"value":"` + created.Value + `"`
	if retrieved.RawJSON() != strings.Replace(created.RawJSON(), value, "", 1) {
		t.Error(retrieved.RawJSON())
	}
}

func TestDeleteRemovesTheKey(t *testing.T) {
	keys := newSandbox(t).keys()
	key, err := keys.New(t.Context(), ci)
	must(t, err)
	deleted, err := keys.Delete(t.Context(), key.ID)
	must(t, err)
	if deleted.ID != key.ID || !deleted.Deleted {
		t.Error(deleted.RawJSON())
	}
	_, err = keys.Get(t.Context(), key.ID)
	apiError(t, err, 404)
}

func TestAuthenticatingSetsLastUsedAt(t *testing.T) {
	sandbox := newSandbox(t)
	key, err := sandbox.keys().New(t.Context(), ci)
	must(t, err)
	if raw := key.AdminAPIKey.JSON.LastUsedAt.Raw(); raw != "null" {
		t.Error("last_used_at is", raw)
	}
	_, err = sandbox.keysAs(key.Value).List(t.Context(), listParams{})
	must(t, err)
	used, err := sandbox.keys().Get(t.Context(), key.ID)
	must(t, err)
	if used.LastUsedAt < key.CreatedAt {
		t.Error(used.RawJSON())
	}
}

func TestKeyIsUnknownInAnotherSandbox(t *testing.T) {
	key, err := newSandbox(t).keys().New(t.Context(), ci)
	must(t, err)
	_, err = keysAt(emulator+"/v1", key.Value).List(t.Context(), listParams{})
	apiError(t, err, 401)
}

func TestAdvancingTheClockExpiresTheKey(t *testing.T) {
	sandbox := newSandbox(t)
	params := openai.AdminOrganizationAdminAPIKeyNewParams{Name: "ci", ExpiresInSeconds: openai.Int(30 * 86_400)}
	key, err := sandbox.keys().New(t.Context(), params)
	must(t, err)
	keys := sandbox.keysAs(key.Value)
	_, err = keys.List(t.Context(), listParams{})
	must(t, err)
	sandbox.advance("30d")
	_, err = keys.List(t.Context(), listParams{})
	apiError(t, err, 401)
}
