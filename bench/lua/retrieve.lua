-- Retrieves keys spread over all ids: the step is coprime to the number of keys, so it visits every one.
local step = 7919
local n, keys = 0, 0

function init(args)
  keys = tonumber(args[1])
end

function request()
  n = (n + step) % keys
  return wrk.format("GET", wrk.path .. "/key_bench_" .. n + 1)
end
