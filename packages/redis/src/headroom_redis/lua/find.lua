-- now, reference. Returns key, entry, view and original of the newest, or nothing. Changes nothing.
local packed = call('HGET', data, 's')
local problem = problem_of(packed)
if problem then return problem end
local low, high = '[' .. ARGV[2], '(' .. ARGV[2] .. string.rep('\255', 9)
local skipped = 0
while true do
  local newest = call('ZREVRANGEBYLEX', references, high, low, 'LIMIT', skipped, 1)[1]
  if not newest then return {} end
  local number = whole((unpack_numbers('>d', newest:sub(33))))
  local key = call('ZRANGEBYSCORE', age, number, number)[1]
  local entry = key and entry_of(key)
  if entry and not is_over(entry) then
    return {key, entry.packed, call('HGET', data, 'v' .. key), call('HGET', data, 'o' .. ARGV[2])}
  end
  skipped = skipped + 1
end
