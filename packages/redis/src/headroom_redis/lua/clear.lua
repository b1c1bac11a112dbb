-- now, token. Returns how many entries there were; -1 where it should be asked again.
local problem = load()
if problem then return problem end
local before = call('HGET', data, 'c')
if before and before:sub(9) == ARGV[2] then
  -- The same call again: the answer to the first one was lost on the way.
  return (unpack_numbers('>d', before))
end
if sweep() then
  save()
  return -1
end
local count = state.entries
try_to_write()
-- The server frees them in the background; to readers they are gone at once.
-- Leases go on: they name contents, which may come again.
call('UNLINK', data, age, expiry, references, gone, gone_age, seen, seen_age, held_age)
state.cleared = next_version()
state.entries, state.timed, state.bytes, state.sealed = 0, 0, 0, 0
state.held, state.kept, state.parked = 0, 0, 0
state.due, state.latest, state.gone, state.seen = FAR, 0, 0, 0
created = true
call('HSET', data, 'c', pack('>d', count) .. ARGV[2])
save()
return count
