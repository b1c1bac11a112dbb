-- now, key, entry, original, view or '', ttl in ms or '', max_entries or '', max_bytes or '', expected or
-- '', channel, what to remember of the view, the millisecond in which the entry
-- is sealed to expire or '', and what its version is: '' is one that was given out; a number is the
-- client's estimate for a put that began so many microseconds ago; 'lost' is that again, after an
-- answer that may have been lost.
--
-- Returns what came of it, a number, and the microsecond that it is: 1 written, and whether more is to
-- be evicted; 0 refused; 2 to be asked again with no lower version than this, or with a later expiry
-- where it is 0; 3 the content is a view of ours.
local REFUSED, WRITTEN, AGAIN, IS_VIEW = 0, 1, 2, 3
-- Milliseconds that an estimate of when it expires may be too late: the server's clock may have been
-- set back since the client heard of it.
local LATE = 60000

local key, written, original, view = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local max_entries, max_bytes = tonumber(ARGV[7]), tonumber(ARGV[8])
local is_sealed, origin = own_key ~= 0, ARGV[11]
local sealed_expiry, age_given = tonumber(ARGV[12]), ARGV[13]
local version, size = unpack_numbers('>dd', written)
local reference = written:sub(33, 64)

local found = call('HMGET', data, 's', 'e' .. key)
local problem, is_lost = read_state(found[1])
if problem then return problem end
local old = parse(found[2])
local went = not old and call('HGET', gone, key)
if is_lost or is_due() or went or state.links > 0 or (old and is_over(old))
  or (max_entries and state.entries >= max_entries and (not old or state.entries > max_entries))
  or (max_bytes and state.bytes + size > max_bytes)
then
-- writing.lua
end

if is_lost then lose() end
if is_due() then
  sweep()
  is_lost = true
end
if is_lost then
  old = entry_of(key)
  went = not old and call('HGET', gone, key)
end
if old and is_over(old) then
  try_to_write()
  expire(key, old)
  old, went = nil, call('HGET', gone, key)
end

local function unwritten(what, number)
  -- Also where only something was swept.
  save()
  return {what, number, now_exactly}
end

if old and old.token == written:sub(25, 32) then
  -- The same write again: the answer to the first one was lost on the way.
  return unwritten(WRITTEN, 0)
end
local live = old and old.version or 0
local last = live
if went then
  local _
  _, last = unpack_numbers('>dd', went)
end
if ARGV[9] ~= '' and tonumber(ARGV[9]) ~= live then return unwritten(REFUSED, 0) end
last = math.max(last, state.cleared)
-- Where the server's clock was set back, versions are no times any more: they only grow.
local is_ahead = state.version >= now_exactly
if age_given == 'lost' then
  -- Such a version was never written.
  if version > now_exactly and version > state.version then return unwritten(AGAIN, last + 1) end
elseif age_given ~= '' then
  if view ~= '' and call('HEXISTS', seen, reference) == 1 then return unwritten(IS_VIEW, 0) end
  local began = now_exactly - tonumber(age_given)
  if not is_ahead and began < last then return unwritten(REFUSED, 0) end
  local least = is_ahead and state.version + 1 or last + 1
  if version > math.max(now_exactly, least) or version < least then return unwritten(AGAIN, least) end
end
if version < last then return unwritten(REFUSED, 0) end
local expires = ARGV[6] ~= '' and now + tonumber(ARGV[6]) or NEVER
if sealed_expiry then
  if sealed_expiry < expires or sealed_expiry > expires + LATE then
    return unwritten(AGAIN, 0)
  end
  expires = sealed_expiry
end

local is_timed, was_timed = expires ~= NEVER, old and old.expires ~= NEVER
local holds_any = state.links > 0
local was_held = old and holds_any and is_held(old.reference)
local becomes_held = holds_any and is_held(reference)
local changes = old and old.reference ~= reference
local goes = changes and #writes_of(old.reference, 2) < 2
-- What is overwritten, held, and nowhere else is kept.
local keeps = goes and was_held
local old_view = keeps and call('HGET', data, 'v' .. key)
-- What is sealed is never alike.
local stored = not is_sealed and call('HGET', data, 'o' .. reference)
local is_there = old and not changes or stored
  or (is_sealed and call('HEXISTS', data, 'o' .. reference) == 1)
local is_new_view = false
if view ~= '' then
  local known = call('HGET', seen, written:sub(65, 96)) or ''
  -- By the same key, in the same form, of the same original.
  is_new_view = known:sub(1, 37) ~= origin:sub(1, 37)
end

if state.version < version then state.version = version end
if state.entries + state.kept == 0 then created = true end
local number = state.writes + 1
state.writes = number
if not is_there then state.bytes = state.bytes + size end
-- What is held is counted where it is set.
if not (was_held or becomes_held) then
  if not old then state.entries = state.entries + 1 end
  state.timed = state.timed + (is_timed and 1 or 0) - (was_timed and 1 or 0)
end
if is_timed then state.latest = math.max(state.latest, expires) end
if goes and not keeps then state.bytes = state.bytes - old.size end
if state.sealed == 0 then state.sealed = own_key end

-- First of all, for this alone is refused where there is no memory.
local new = {expires = expires, number = number, reference = reference}
local values = {'e' .. key, pack('>dd', expires, number) .. written}
if view ~= '' then values[3], values[4] = 'v' .. key, view end
-- What lies there may be damaged, or from before there were keys.
if stored ~= original then
  values[#values + 1] = 'o' .. reference
  values[#values + 1] = original
end
call('HSET', data, unpack(values))
call('ZADD', references, 0, reference .. pack('>d', number))
local superfluous = {}
if old then
  if was_held or becomes_held then leave(key, old) end
  if keeps then
    local name = '\255' .. pack('>d', old.number) .. key
    call('HSET', data, 'e' .. name, old.packed)
    if old_view then call('HSET', data, 'v' .. name, old_view) end
    if state.held + state.kept == 0 then created = true end
    call('ZADD', held_age, whole(old.number), name)
    state.kept = state.kept + 1
  else
    call('ZREM', references, old.reference .. pack('>d', old.number))
    if goes then superfluous[1] = 'o' .. old.reference end
  end
  if view == '' and old.reference ~= old.packed:sub(81, 112) then
    superfluous[#superfluous + 1] = 'v' .. key
  end
  if #superfluous > 0 then call('HDEL', data, unpack(superfluous)) end
elseif went then
  forget_gone(key)
end
if is_new_view then state.seen = remember(seen, seen_age, state.seen, written:sub(65, 96), origin) end
if was_held or becomes_held then
  state.entries = state.entries + 1
  if is_timed then state.timed = state.timed + 1 end
end
if becomes_held then hold(key, new) else expose(key, new, not was_held and old) end
local more = false
if (max_entries and state.entries > max_entries) or (max_bytes and state.bytes > max_bytes) then
  more = evict(max_entries, max_bytes, key)
end
save()
-- Whoever may not publish has no watchers elsewhere; the write stands.
redis.pcall('PUBLISH', ARGV[10], key)
return {WRITTEN, more and 1 or 0, now_exactly}
