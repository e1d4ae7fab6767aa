package adminkeys

import (
	"errors"
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"
)

// Returns err as an API error and checks its status.
func apiError(t *testing.T, err error, status int) *openai.Error {
	t.Helper()
	var response *openai.Error
	if !errors.As(err, &response) {
		t.Fatalf("not an API error: %v", err)
	}
	if response.StatusCode != status {
		t.Errorf("status %d: %s", response.StatusCode, response.RawJSON())
	}
	return response
}

// The client decodes null as an empty string.
func assertError(t *testing.T, response *openai.Error, code, param, message string) {
	t.Helper()
	if response.Code != code || response.Param != param || !strings.Contains(response.Message, message) {
		t.Error(response.RawJSON())
	}
}

func TestUnknownKeyIs401(t *testing.T) {
	_, err := newSandbox(t).keysAs("sk-admin-wrong").List(t.Context(), listParams{})
	assertError(t, apiError(t, err, 401), "invalid_api_key", "", "Incorrect API key provided: sk-admin**rong.")
}

func TestProjectKeyIs403(t *testing.T) {
	_, err := newSandbox(t).keysAs("sk-proj-of-a-project").New(t.Context(), ci)
	assertError(t, apiError(t, err, 403), "", "", "Missing scopes: api.management.write.")
}

func TestUnknownIdIs404(t *testing.T) {
	_, err := newSandbox(t).keys().Get(t.Context(), "key_none")
	assertError(t, apiError(t, err, 404), "not_found", "", "The admin API key key_none was not found")
}

func TestInvalidValueIs400(t *testing.T) {
	params := openai.AdminOrganizationAdminAPIKeyNewParams{Name: "ci", ExpiresInSeconds: openai.Int(0)}
	_, err := newSandbox(t).keys().New(t.Context(), params)
	response := apiError(t, err, 400)
	assertError(t, response, "integer_below_min_value", "expires_in_seconds", "Expected a value >= 1, but got 0 instead.")
}
