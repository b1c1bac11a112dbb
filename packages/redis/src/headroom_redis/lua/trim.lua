-- now, max_entries or '', max_bytes or '', the key that was written. Returns whether more is to be evicted.
local problem = load()
if problem then return problem end
try_to_write()
local more = evict(tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4])
save()
return more and 1 or 0
