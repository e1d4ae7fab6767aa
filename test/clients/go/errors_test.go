package adminkeys

import (
	"errors"
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"
)

// The error of the API that err is, with that status.
func refusal(t *testing.T, err error, status int) *openai.Error {
	t.Helper()
	var refused *openai.Error
	if !errors.As(err, &refused) {
		t.Fatalf("no error of the API: %v", err)
	}
	if refused.StatusCode != status {
		t.Errorf("status %d: %s", refused.StatusCode, refused.RawJSON())
	}
	return refused
}

// Null reads as the empty string.
func assertError(t *testing.T, refused *openai.Error, code, param, message string) {
	t.Helper()
	if refused.Code != code || refused.Param != param || !strings.Contains(refused.Message, message) {
		t.Error(refused.RawJSON())
	}
}

func TestUnknownKeyIs401(t *testing.T) {
	_, err := newSandbox(t).keysAs("sk-admin-wrong").List(t.Context(), listParams{})
	assertError(t, refusal(t, err, 401), "invalid_api_key", "", "Incorrect API key provided: sk-admin**rong.")
}

func TestProjectKeyIs403(t *testing.T) {
	_, err := newSandbox(t).keysAs("sk-proj-of-a-project").New(t.Context(), ci)
	assertError(t, refusal(t, err, 403), "", "", "Missing scopes: api.management.write.")
}

func TestUnknownIdIs404(t *testing.T) {
	_, err := newSandbox(t).keys().Get(t.Context(), "key_none")
	assertError(t, refusal(t, err, 404), "not_found", "", "The admin API key key_none was not found")
}

func TestBadValueIs400(t *testing.T) {
	params := openai.AdminOrganizationAdminAPIKeyNewParams{Name: "ci", ExpiresInSeconds: openai.Int(0)}
	_, err := newSandbox(t).keys().New(t.Context(), params)
	refused := refusal(t, err, 400)
	assertError(t, refused, "integer_below_min_value", "expires_in_seconds", "Expected a value >= 1, but got 0 instead.")
}
