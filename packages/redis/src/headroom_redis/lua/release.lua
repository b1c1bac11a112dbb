-- now, holder.
local problem = load()
if problem then return problem end
if not call('ZSCORE', leases, ARGV[2]) then
  save()
  return
end
try_to_write()
call('ZADD', leases, 0, ARGV[2])
state.lease_due = 0
sweep()
save()
