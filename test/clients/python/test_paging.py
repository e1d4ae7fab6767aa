from math import ceil

import pytest

# The organization also has the admin key, which is its first.
NAMES = ["Admin key", *(f"load-{n}" for n in range(1, 251))]


@pytest.fixture(autouse=True)
def many_keys(sandbox):
    sandbox.add_keys({"generate": 250, "name": "load-{n}"})


@pytest.mark.parametrize("limit", [1, 7, 100])
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_auto_paging_visits_every_key(keys, sandbox, order, limit):
    visited = [key.name for key in keys.list(order=order, limit=limit)]
    assert visited == (NAMES if order == "asc" else NAMES[::-1])
    assert len(sandbox.requests(operation="admin-api-keys-list")) == ceil(251 / limit)


def test_deleting_while_iterating_skips_no_key(keys):
    visited = []
    for key in keys.list():
        visited.append(key.name)
        # Includes the last key of a page of 20, which is the cursor of the next page.
        if len(visited) % 2 == 0:
            keys.delete(key.id)
    assert visited == NAMES
    assert [key.name for key in keys.list(limit=100)] == visited[::2]
