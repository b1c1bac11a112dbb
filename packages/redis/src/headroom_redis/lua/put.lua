-- now, key, entry, original, view or '', ttl in ms or '', max_entries or '', max_bytes or '',
-- expected or '', whether it is sealed, channel, what to remember of the view, the millisecond in
-- which the entry is sealed to expire or ''. Returns whether it was written, and whether more is to be
-- evicted; or the time, where it would expire too early.
local key, written, original, view = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local is_sealed, origin, sealed_expiry = ARGV[10] == '1', ARGV[12], tonumber(ARGV[13])
local version, size = unpack_numbers('>dd', written)
local token, reference, view_reference = written:sub(25, 32), written:sub(33, 64), written:sub(65, 96)

local problem = load()
if problem then return problem end
if state.sealed == 1 and not is_sealed then
  return redis.error_reply('HEADROOM SEALED')
end
sweep()
local old = entry_of(key)
if old and is_over(old) then
  try_to_write()
  expire(key, old)
  old = nil
end
if old and old.token == token then
  -- The same write again: the answer to the first one was lost on the way.
  save()
  return {1, 0}
end
local live = old and old.version or 0
local last, went = live, nil
if not old then
  went = call('HGET', gone, key)
  if went then
    local _
    _, last = unpack_numbers('>dd', went)
  end
end
if version < state.cleared or version < last
  or (ARGV[9] ~= '' and tonumber(ARGV[9]) ~= live) then
  save()
  return {0, 0}
end

local expires = NEVER
if ARGV[6] ~= '' then expires = now + tonumber(ARGV[6]) end
if sealed_expiry then
  if sealed_expiry < expires then
    save()
    return now
  end
  expires = sealed_expiry
end
if state.version < version then state.version = version end
if state.entries + state.kept == 0 then created = true end
state.writes = state.writes + 1
local number = state.writes
local entry = pack('>dd', expires, number) .. written
-- What is overwritten, held, and nowhere else is kept.
local keeps = old and state.links > 0 and old.reference ~= reference and is_held(old.reference)
  and #numbers_of(old.reference, 2) == 1
local old_view = keeps and call('HGET', data, 'v' .. key)
-- Before the old entry goes: this is refused where there is no memory.
if view ~= '' then
  call('HSET', data, 'e' .. key, entry, 'v' .. key, view)
  local known = call('HGET', seen, view_reference) or ''
  -- By the same key, in the same form, of the same original.
  if known:sub(1, 37) ~= origin:sub(1, 37) then note_seen(view_reference, origin) end
else
  call('HSET', data, 'e' .. key, entry)
end
-- What lies there may have been put before there were keys: it would not be read.
if call(is_sealed and 'HSET' or 'HSETNX', data, 'o' .. reference, original) == 1 then
  state.bytes = state.bytes + size
end
call('ZADD', references, 0, reference .. pack('>d', number))
if old then
  leave(key, old)
  if keeps then
    local name = '\255' .. pack('>d', old.number) .. key
    call('HSET', data, 'e' .. name, old.packed)
    if old_view then call('HSET', data, 'v' .. name, old_view) end
    if state.held + state.kept == 0 then created = true end
    call('ZADD', held_age, whole(old.number), name)
    state.kept = state.kept + 1
  else
    forget_content(old)
  end
  if view == '' then call('HDEL', data, 'v' .. key) end
elseif went then
  forget_gone(key)
end
state.entries = state.entries + 1
if expires ~= NEVER then
  state.timed = state.timed + 1
  state.latest = math.max(state.latest, expires)
end
local new = parse(entry)
if state.links > 0 and is_held(reference) then hold(key, new) else expose(key, new) end
if is_sealed then state.sealed = 1 end
local more = evict(tonumber(ARGV[7]), tonumber(ARGV[8]), key)
save()
-- Whoever may not publish has no watchers elsewhere; the write stands.
redis.pcall('PUBLISH', ARGV[11], key)
return {1, more and 1 or 0}
