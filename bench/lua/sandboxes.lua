-- Retrieves one key in each sandbox in turn.
local n, sandboxes = 0, 0

function init(args)
  sandboxes = tonumber(args[1])
end

function request()
  n = n % sandboxes + 1
  return wrk.format("GET", "/sandbox/bench-" .. n .. "/v1/organization/admin_api_keys/key_bench_1")
end
