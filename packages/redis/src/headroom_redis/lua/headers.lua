-- now, the number of the write after which to begin, how many, whether leases that have ended were let
-- go. Returns whether there are more, the number of the last, and key, entry, key, entry, ...; or 2
-- alone, where leases are to be let go first. Changes nothing.
local packed = call('HGET', data, 's')
local problem = problem_of(packed)
if problem then return problem end
if ARGV[4] == '0' and has_ended(packed) then return {2} end
local most = tonumber(ARGV[3])

-- Keys and numbers in turn.
local function page(set)
  return call('ZRANGEBYSCORE', set, '(' .. ARGV[2], '+inf', 'WITHSCORES', 'LIMIT', 0, most)
end

local free, held = page(age), page(held_age)
local found, last, taken = {}, ARGV[2], 0
local f, h = 1, 1
while taken < most and (free[f] or held[h]) do
  local key, number
  if not held[h] or (free[f] and tonumber(free[f + 1]) < tonumber(held[h + 1])) then
    key, number, f = free[f], free[f + 1], f + 2
  else
    key, number, h = held[h], held[h + 1], h + 2
  end
  last, taken = whole(tonumber(number)), taken + 1
  local entry = not is_kept(key) and entry_of(key)
  if entry and not is_over(entry) then
    found[#found + 1] = key
    found[#found + 1] = entry.packed
  end
end
return {taken == most and 1 or 0, last, found}
