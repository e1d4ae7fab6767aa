package adminkeys

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"os"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
)

var emulator = cmp.Or(os.Getenv("EMULATOR_URL"), "http://127.0.0.1:4010")

type object = map[string]any

// A sandbox of the emulator, which is an isolated organization for one test, and its controls.
type sandbox struct {
	t        *testing.T
	Name     string `json:"name"`
	BaseURL  string `json:"base_url"`
	AdminKey string `json:"admin_key"`
}

// The fields of a journal entry that these tests use.
type request struct {
	RetryCount      int     `json:"retry_count"`
	Status          int     `json:"status"`
	KeyID           string  `json:"key_id"`
	SincePreviousMS float64 `json:"since_previous_ms"`
}

// Creates a sandbox and removes it after the test. Because every test has its own, tests run in parallel.
func newSandbox(t *testing.T) *sandbox {
	t.Parallel()
	created := &sandbox{t: t}
	send(t, "POST", "/_emulator/sandboxes", object{}, created)
	t.Cleanup(func() { send(t, "DELETE", "/_emulator/sandboxes/"+created.Name, nil, nil) })
	return created
}

// The keys API, authenticated with the admin key.
func (s *sandbox) keys() *openai.AdminOrganizationAdminAPIKeyService {
	return s.keysAs(s.AdminKey)
}

func (s *sandbox) keysAs(key string) *openai.AdminOrganizationAdminAPIKeyService {
	return keysAt(s.BaseURL, key)
}

func keysAt(baseURL, key string) *openai.AdminOrganizationAdminAPIKeyService {
	client := openai.NewClient(option.WithBaseURL(baseURL), option.WithAdminAPIKey(key))
	return &client.Admin.Organization.AdminAPIKeys
}

func (s *sandbox) organization() *openai.AdminOrganizationService {
	client := openai.NewClient(option.WithBaseURL(s.BaseURL), option.WithAdminAPIKey(s.AdminKey))
	return &client.Admin.Organization
}

// The list of models, which authenticates keys of projects.
func (s *sandbox) modelsAs(key string) *openai.ModelService {
	client := openai.NewClient(option.WithBaseURL(s.BaseURL), option.WithAPIKey(key))
	return &client.Models
}

func (s *sandbox) addKeys(keys ...object) {
	s.control("POST", "/state", object{"keys": keys}, nil)
}

func (s *sandbox) arm(fault object) {
	s.control("POST", "/faults", fault, nil)
}

func (s *sandbox) advance(duration string) {
	s.control("PUT", "/clock", object{"advance": duration}, nil)
}

// Returns the matching journal entries, oldest first.
func (s *sandbox) requests(filters string) []request {
	var journal struct{ Data []request }
	s.control("GET", "/journal?"+filters, nil, &journal)
	return journal.Data
}

func (s *sandbox) control(method, path string, body, result any) {
	s.t.Helper()
	send(s.t, method, "/sandbox/"+s.Name+"/_emulator"+path, body, result)
}

func send(t *testing.T, method, path string, body, result any) {
	t.Helper()
	payload, err := json.Marshal(body)
	must(t, err)
	if body == nil {
		payload = nil
	}
	request, err := http.NewRequest(method, emulator+path, bytes.NewReader(payload))
	must(t, err)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	must(t, err)
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		t.Fatalf("%s %s: %s", method, path, response.Status)
	}
	if result != nil {
		must(t, json.NewDecoder(response.Body).Decode(result))
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
