-- now, view reference, what to remember of it, whether that is sealed.
local problem = load()
if problem then return problem end
if state.sealed == 1 and ARGV[4] ~= '1' then
  return redis.error_reply('HEADROOM SEALED')
end
note_seen(ARGV[2], ARGV[3])
save()
return 1
