-- now, key, token. Returns whether there was an entry.
local key, token = ARGV[2], ARGV[3]
local problem = load()
if problem then return problem end
try_to_write()
sweep()
local entry = entry_of(key)
if entry and is_over(entry) then
  expire(key, entry)
  entry = nil
end
if entry then
  drop(key, entry)
  note_gone(key, 'd', now, next_version(), token)
  save()
  return 1
end
local went = call('HGET', gone, key)
if went and went:sub(18) == token then
  -- The same call again: the answer to the first one was lost on the way.
  save()
  return 1
end
-- Also where nothing is stored yet: a write under way is older than this call.
if went then
  note_gone(key, went:sub(17, 17), unpack_numbers('>d', went), next_version(), '')
else
  note_gone(key, 'a', 0, next_version(), '')
end
save()
return 0
