-- now, whether writes must be sealed from now on.
local problem = load()
if problem then return problem end
state.sealed = tonumber(ARGV[2])
save()
return 1
