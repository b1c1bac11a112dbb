-- now. Clears away what has expired. Returns whether there may be more of it.
local problem = load()
if problem then return problem end
local more = sweep()
save()
return more and 1 or 0
