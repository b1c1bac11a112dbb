-- now, reference, whether leases that have ended were let go. Returns key, entry, view and original of
-- the newest, or nothing; or 2, where leases are to be let go first. Changes nothing.
local packed = call('HGET', data, 's')
local problem = problem_of(packed)
if problem then return problem end
if ARGV[3] == '0' and has_ended(packed) then return 2 end
local low, high = '[' .. ARGV[2], '(' .. ARGV[2] .. string.rep('\255', 9)
local skipped = 0
while true do
  local newest = call('ZREVRANGEBYLEX', references, high, low, 'LIMIT', skipped, 1)[1]
  if not newest then return {} end
  local number = whole((unpack_numbers('>d', newest:sub(33))))
  local key = call('ZRANGEBYSCORE', age, number, number)[1]
    or call('ZRANGEBYSCORE', held_age, number, number)[1]
  local entry = key and entry_of(key)
  if entry and not is_over(entry) then
    return {key, entry.packed, call('HGET', data, 'v' .. key), call('HGET', data, 'o' .. ARGV[2])}
  end
  skipped = skipped + 1
end
