-- now. Returns whether something has expired that is still counted, then entries, bytes, expired and
-- evicted, what leases hold, and writes over the limits.
local problem = load()
if problem then return problem end
-- Only where some of our keys were missing is there anything to write.
if created and packed_before then save() end
return {is_due() and 1 or 0, state.entries, state.bytes, state.expired, state.evicted, state.held,
  state.over}
