-- Each request deletes the next key.
local n = 0

function request()
  n = n + 1
  return wrk.format("DELETE", wrk.path .. "/key_bench_" .. n)
end
