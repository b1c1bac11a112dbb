-- now, view reference, what to remember of it.
local problem = load()
if problem then return problem end
if state.sealed == 0 then state.sealed = own_key end
note_seen(ARGV[2], ARGV[3])
save()
return 1
