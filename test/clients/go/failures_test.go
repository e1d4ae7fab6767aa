package adminkeys

import (
	"slices"
	"testing"
)

func TestTheClientRetriesAfter429(t *testing.T) {
	sandbox := newSandbox(t)
	sandbox.arm(object{
		"operation": "admin-api-keys-list", "kind": "error", "status": 429,
		"headers": object{"retry-after-ms": "50"}, "times": 2,
	})
	_, err := sandbox.keys().List(t.Context(), listParams{})
	must(t, err)
	attempts := sandbox.requests("operation=admin-api-keys-list")
	if !slices.Equal(statuses(attempts), []int{429, 429, 200}) {
		t.Fatal(attempts)
	}
	for n, attempt := range attempts {
		if attempt.RetryCount != n || n > 0 && attempt.SincePreviousMS < 45 {
			t.Error(n, attempt)
		}
	}
}

func TestTheClientRetriesAfter503(t *testing.T) {
	sandbox := newSandbox(t)
	sandbox.arm(object{
		"operation": "admin-api-keys-create", "kind": "error", "status": 503, "headers": object{"retry-after-ms": "1"},
	})
	_, err := sandbox.keys().New(t.Context(), ci)
	must(t, err)
	attempts := sandbox.requests("operation=admin-api-keys-create")
	if !slices.Equal(statuses(attempts), []int{503, 200}) {
		t.Error(attempts)
	}
}

func TestTheClientGivesUpAfterRepeated503(t *testing.T) {
	sandbox := newSandbox(t)
	sandbox.arm(object{
		"operation": "admin-api-keys-get", "kind": "error", "status": 503,
		"headers": object{"retry-after-ms": "1"}, "times": nil,
	})
	_, err := sandbox.keys().Get(t.Context(), "key_any")
	apiError(t, err, 503)
	if attempts := sandbox.requests("status=503"); len(attempts) != 3 {
		t.Error(attempts)
	}
}

func TestTheJournalFindsOrphansOfLostResponses(t *testing.T) {
	sandbox := newSandbox(t)
	keys := sandbox.keys()
	sandbox.arm(object{"operation": "admin-api-keys-create", "when": "after_commit", "kind": "connection_reset"})
	key, err := keys.New(t.Context(), ci)
	must(t, err)
	lost := sandbox.requests("operation=admin-api-keys-create&delivered=false")
	if len(lost) != 1 {
		t.Fatal(lost)
	}
	orphan := lost[0].KeyID
	page, err := keys.List(t.Context(), listParams{})
	must(t, err)
	if len(page.Data) != 3 || page.Data[1].ID != orphan || page.Data[2].ID != key.ID {
		t.Error(page.RawJSON())
	}
	_, err = keys.Delete(t.Context(), orphan)
	must(t, err)
}

func TestStrictValidationRejectsWrongTypes(t *testing.T) {
	t.Skip("the client does not validate responses: a field with a wrong type stays zero, and its Valid() is false")
}

func statuses(requests []request) (all []int) {
	for _, each := range requests {
		all = append(all, each.Status)
	}
	return all
}
