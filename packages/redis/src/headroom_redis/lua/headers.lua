-- now, the number of the write after which to begin, how many. Returns whether
-- there are more, the number of the last, and key, entry, key, entry, ... Changes nothing.
local packed = call('HGET', data, 's')
local problem = problem_of(packed)
if problem then return problem end
local keys = call('ZRANGEBYSCORE', age, '(' .. ARGV[2], '+inf', 'LIMIT', 0, ARGV[3])
local found = {}
local last = ARGV[2]
for _, key in ipairs(keys) do
  local entry = entry_of(key)
  if entry then
    last = whole(entry.number)
    if not is_over(entry) then
      found[#found + 1] = key
      found[#found + 1] = entry.packed
    end
  else
    last = whole(tonumber(call('ZSCORE', age, key)))
  end
end
return {#keys == tonumber(ARGV[3]) and 1 or 0, last, found}
