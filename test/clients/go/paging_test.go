package adminkeys

import (
	"fmt"
	"iter"
	"slices"
	"testing"

	"github.com/openai/openai-go/v3"
)

type listParams = openai.AdminOrganizationAdminAPIKeyListParams

// Returns a sandbox with 250 additional keys, and the names of all keys. The first is the admin key.
func newSandboxOf250(t *testing.T) (*sandbox, []string) {
	sandbox := newSandbox(t)
	sandbox.addKeys(object{"generate": 250, "name": "load-{n}"})
	names := []string{"Admin key"}
	for n := range 250 {
		names = append(names, fmt.Sprint("load-", n+1))
	}
	return sandbox, names
}

// Iterates over all keys with auto-paging.
func walk(t *testing.T, sandbox *sandbox, params listParams) iter.Seq[openai.AdminAPIKey] {
	return func(yield func(openai.AdminAPIKey) bool) {
		pager := sandbox.keys().ListAutoPaging(t.Context(), params)
		for pager.Next() && yield(pager.Current()) {
		}
		must(t, pager.Err())
	}
}

func namesOf(keys iter.Seq[openai.AdminAPIKey]) (names []string) {
	for key := range keys {
		names = append(names, key.Name)
	}
	return names
}

func TestAutoPagingVisitsEveryKey(t *testing.T) {
	t.Parallel()
	for _, order := range []string{"asc", "desc"} {
		for _, limit := range []int{1, 7, 100} {
			t.Run(fmt.Sprint(order, " ", limit), func(t *testing.T) {
				sandbox, expected := newSandboxOf250(t)
				if order == "desc" {
					slices.Reverse(expected)
				}
				params := listParams{
					Limit: openai.Int(int64(limit)),
					Order: openai.AdminOrganizationAdminAPIKeyListParamsOrder(order),
				}
				if visited := namesOf(walk(t, sandbox, params)); !slices.Equal(visited, expected) {
					t.Error(visited)
				}
				if requests := len(sandbox.requests("operation=admin-api-keys-list")); requests != (251+limit-1)/limit {
					t.Error(requests, "requests")
				}
			})
		}
	}
}

func TestDeletingWhileIteratingSkipsNoKey(t *testing.T) {
	sandbox, expected := newSandboxOf250(t)
	var visited, remaining []string
	for key := range walk(t, sandbox, listParams{}) {
		visited = append(visited, key.Name)
		if len(visited)%2 == 1 {
			remaining = append(remaining, key.Name)
			continue
		}
		// Includes the last key of a page of 20, which is the cursor of the next page.
		_, err := sandbox.keys().Delete(t.Context(), key.ID)
		must(t, err)
	}
	if !slices.Equal(visited, expected) {
		t.Error(visited)
	}
	if listed := namesOf(walk(t, sandbox, listParams{Limit: openai.Int(100)})); !slices.Equal(listed, remaining) {
		t.Error(listed)
	}
}
