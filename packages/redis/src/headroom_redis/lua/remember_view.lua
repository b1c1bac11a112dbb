-- now, view reference, reference.
local problem = load()
if problem then return problem end
note_seen(ARGV[2], ARGV[3])
save()
return 1
