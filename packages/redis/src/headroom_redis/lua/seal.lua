-- now. From now on, who writes must have the key by which this client seals.
local problem = load()
if problem then return problem end
state.sealed = own_key
save()
return 1
