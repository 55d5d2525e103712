-- What wrk sends, by its arguments: a kind of request, the number of orders and of users to choose from. It ends with
-- one line of JSON. https://github.com/wg/wrk/blob/master/SCRIPTING

local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("seed", threads)
end

local headers = { ["Content-Type"] = "application/json" }
local orders, users, next_request

local function create()
  local body = string.format('{"user_id":%d,"product_id":%d,"quantity":1}', math.random(users), math.random(10))
  return wrk.format("POST", "/orders", headers, body)
end

local function read()
  return wrk.format("GET", "/orders/" .. math.random(orders))
end

local function list()
  return wrk.format("GET", "/orders?user_id=" .. math.random(users))
end

local function mixed()
  local chance = math.random(10)
  if chance == 1 then return create() end
  if chance <= 3 then return list() end
  return read()
end

function init(arguments)
  math.randomseed(seed)
  next_request = ({ create = create, read = read, list = list, mixed = mixed })[arguments[1]]
  orders, users = tonumber(arguments[2]), tonumber(arguments[3])
end

function request()
  return next_request()
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"seconds":%.6f,"p50":%.6f,"p99":%.6f,"refused":%d,"broken":%d,"late":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e6, latency:percentile(99) / 1e6,
    errors.status, errors.connect + errors.read + errors.write, errors.timeout
  ))
end
