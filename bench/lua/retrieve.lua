-- Retrieves keys from all over the ids: a step that has no factor in common with the number of keys meets every one.
local step = 7919
local n, keys = 0, 0

function init(args)
  keys = tonumber(args[1])
end

function request()
  n = (n + step) % keys
  return wrk.format("GET", wrk.path .. "/key_bench_" .. n + 1)
end
