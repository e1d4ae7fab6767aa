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

// A sandbox of the emulator: an organization for one test, and what the test does to it.
type sandbox struct {
	t        *testing.T
	Name     string `json:"name"`
	BaseURL  string `json:"base_url"`
	AdminKey string `json:"admin_key"`
}

// An entry of the journal, or what of it these tests look at.
type request struct {
	RetryCount      int     `json:"retry_count"`
	Status          int     `json:"status"`
	KeyID           string  `json:"key_id"`
	SincePreviousMS float64 `json:"since_previous_ms"`
}

// A new sandbox, which is gone after the test. Tests that have one of their own can run in parallel.
func newSandbox(t *testing.T) *sandbox {
	t.Parallel()
	made := &sandbox{t: t}
	ask(t, "POST", "/_emulator/sandboxes", object{}, made)
	t.Cleanup(func() { ask(t, "DELETE", "/_emulator/sandboxes/"+made.Name, nil, nil) })
	return made
}

// Its keys, as the admin key sees them.
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

func (s *sandbox) addKeys(keys ...object) {
	s.control("POST", "/state", object{"keys": keys}, nil)
}

func (s *sandbox) arm(fault object) {
	s.control("POST", "/faults", fault, nil)
}

func (s *sandbox) advance(duration string) {
	s.control("PUT", "/clock", object{"advance": duration}, nil)
}

// What the journal has, oldest first.
func (s *sandbox) requests(filters string) []request {
	var journal struct{ Data []request }
	s.control("GET", "/journal?"+filters, nil, &journal)
	return journal.Data
}

func (s *sandbox) control(method, path string, body, answer any) {
	s.t.Helper()
	ask(s.t, method, "/sandbox/"+s.Name+"/_emulator"+path, body, answer)
}

func ask(t *testing.T, method, path string, body, answer any) {
	t.Helper()
	sent, err := json.Marshal(body)
	must(t, err)
	if body == nil {
		sent = nil
	}
	request, err := http.NewRequest(method, emulator+path, bytes.NewReader(sent))
	must(t, err)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	must(t, err)
	defer response.Body.Close()
	if response.StatusCode >= 300 {
		t.Fatalf("%s %s: %s", method, path, response.Status)
	}
	if answer != nil {
		must(t, json.NewDecoder(response.Body).Decode(answer))
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
