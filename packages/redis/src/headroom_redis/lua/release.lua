-- now, holder. Returns whether there may be more to let go.
local problem = load()
if problem then return problem end
if not call('ZSCORE', leases, ARGV[2]) then
  save()
  return 0
end
try_to_write()
call('ZADD', leases, 0, ARGV[2])
state.lease_due = 0
local more = sweep()
save()
return more and 1 or 0
