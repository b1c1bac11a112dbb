-- now, holder, ms, references. Returns whether the holder had a lease that was alive.
local holder = ARGV[2]
local problem = load()
if problem then return problem end
try_to_write()
sweep()
local before = tonumber(call('ZSCORE', leases, holder) or nil)
local lasts = math.max(before or 0, now + tonumber(ARGV[3]))
if not before then
  if state.holders == 0 then
    created = true
    state.lease_due = FAR
  end
  state.holders = state.holders + 1
end
call('ZADD', leases, whole(lasts), holder)
state.lease_due = math.min(state.lease_due, lasts)
state.lasts = math.max(state.lasts, lasts)
for i = 4, #ARGV - 2 do
  local reference = ARGV[i]
  if call('ZADD', leased, 0, holder .. reference) == 1 then
    if state.links == 0 then created = true end
    state.links = state.links + 1
    if call('HINCRBY', holds, reference, 1) == 1 then
      for _, number in ipairs(numbers_of(reference)) do
        local key = call('ZRANGEBYSCORE', age, number, number)[1]
        local entry = key and entry_of(key)
        if entry then
          call('ZREM', age, key)
          if entry.expires ~= NEVER then call('ZREM', expiry, key) end
          hold(key, entry)
        end
      end
    end
  end
end
save()
return before and before >= now and 1 or 0
