-- now. Returns the version.
local problem = load()
if problem then return problem end
sweep()
local version = next_version()
save()
return version
