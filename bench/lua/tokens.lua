-- Sends another token each time, 1,000 in turn, for a server that limits requests per token.
local path, number

function init(args)
  path = wrk.path
  number = 0
end

function request()
  number = (number + 1) % 1000
  wrk.headers["Authorization"] = "Bearer bench-" .. number
  return wrk.format("GET", path)
end
