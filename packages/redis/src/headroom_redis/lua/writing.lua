-- A write that a server without memory or disk refuses: before anything is changed. After it, none
-- is refused any more.
function try_to_write()
  call('HSET', data, 's', packed_before or packed_state())
end

-- The reason is a letter: a for absent, d deleted, x expired, v evicted.
local function note_gone(key, reason, at, version, token)
  local value = pack('>dd', at, version) .. reason .. token
  state.gone = remember(gone, gone_age, state.gone, key, value)
end

-- The keys of entries, by what is left of them, and their versions as far as those are known.
local function left_of_entries()
  local versions, count = {}, 0
  local function add(key, version)
    if count < LOST and not is_kept(key) and not versions[key] then
      versions[key], count = version, count + 1
    end
  end
  for _, name in ipairs(call('HKEYS', data)) do
    if count == LOST then break end
    local entry = name:sub(1, 1) == 'e' and entry_of(name:sub(2))
    if entry then add(name:sub(2), entry.version) end
  end
  for _, set in ipairs({age, held_age}) do
    for _, key in ipairs(call('ZREVRANGE', set, 0, LOST - 1)) do add(key, 0) end
  end
  return versions, count
end

-- Forgets all entries: the server, or somebody else, took some of our keys away.
function lose()
  try_to_write()
  local versions, count = left_of_entries()
  call('UNLINK', data, age, expiry, references, held_age, holds, leases, leased)
  state.evicted = state.evicted + math.max(state.entries, count)
  state.entries, state.timed, state.bytes, state.due = 0, 0, 0, FAR
  state.held, state.kept, state.parked, state.holders, state.links = 0, 0, 0, 0, 0
  state.gone, state.seen = call('ZCARD', gone_age), call('ZCARD', seen_age)
  for key, version in pairs(versions) do note_gone(key, 'v', now, version, '') end
  created = true
  packed_before = packed_state()
  call('HSET', data, 's', packed_before)
end

-- Reads the state, as the scripts do that write.
local function load()
  local problem, is_lost = read_state(call('HGET', data, 's'))
  if problem then return problem end
  if is_lost then lose() end
end

-- A version above all that this namespace gave out, also where the server has lost its count.
local function next_version()
  state.version = math.max(state.version + 1, now_exactly)
  return state.version
end

-- The numbers of the writes that have a content.
local function numbers_of(reference)
  local numbers = writes_of(reference, -1)
  for i, member in ipairs(numbers) do
    numbers[i] = whole((unpack_numbers('>d', member:sub(33))))
  end
  return numbers
end

-- Takes away the reference of an entry, and its original where no other entry has it.
local function forget_content(entry)
  call('ZREM', references, entry.reference .. pack('>d', entry.number))
  if #writes_of(entry.reference, 1) == 0 then
    call('HDEL', data, 'o' .. entry.reference)
    state.bytes = state.bytes - entry.size
  end
end

-- Sets an entry where neither limits nor time find it. It is counted already.
function hold(key, entry)
  if state.held + state.kept == 0 then created = true end
  call('ZADD', held_age, whole(entry.number), key)
  state.held = state.held + 1
  if entry.expires ~= NEVER then state.parked = state.parked + 1 end
end

-- Takes an entry out of its place and the counts.
function leave(key, entry)
  local is_timed = entry.expires ~= NEVER
  if state.links > 0 and is_held(entry.reference) then
    call('ZREM', held_age, key)
    state.held = state.held - 1
    if is_timed then state.parked = state.parked - 1 end
  else
    call('ZREM', age, key)
    if is_timed then call('ZREM', expiry, key) end
  end
  if is_timed then state.timed = state.timed - 1 end
  state.entries = state.entries - 1
end

local function drop(key, entry)
  leave(key, entry)
  call('HDEL', data, 'e' .. key, 'v' .. key)
  forget_content(entry)
end

-- A content that no lease names any more.
local function let_go(reference)
  for _, number in ipairs(numbers_of(reference)) do
    local key = call('ZRANGEBYSCORE', held_age, number, number)[1]
    local entry = key and entry_of(key)
    if entry then
      call('ZREM', held_age, key)
      if is_kept(key) then
        state.kept = state.kept - 1
        call('HDEL', data, 'e' .. key, 'v' .. key)
        forget_content(entry)
      else
        state.held = state.held - 1
        if entry.expires ~= NEVER then state.parked = state.parked - 1 end
        expose(key, entry)
      end
    end
  end
end

-- Lets go some of what leases held that have ended; true where there may be more.
local function end_leases()
  local left = LET_GO
  while left > 0 do
    local holder = call('ZRANGEBYSCORE', leases, '-inf', '(' .. whole(now), 'LIMIT', 0, 1)[1]
    if not holder then
      local first = call('ZRANGE', leases, 0, 0, 'WITHSCORES')[2]
      state.lease_due = first and tonumber(first) or FAR
      return false
    end
    local links = call('ZRANGEBYLEX', leased, '[' .. holder, '(' .. holder .. string.rep('\255', 33),
      'LIMIT', 0, left)
    for _, link in ipairs(links) do
      call('ZREM', leased, link)
      state.links = state.links - 1
      local reference = link:sub(17)
      if call('HINCRBY', holds, reference, -1) <= 0 then
        call('HDEL', holds, reference)
        let_go(reference)
      end
    end
    if #links < left then
      call('ZREM', leases, holder)
      state.holders = state.holders - 1
    end
    left = left - #links - 1
  end
  return true
end

local function note_seen(view_reference, origin)
  state.seen = remember(seen, seen_age, state.seen, view_reference, origin)
end

function forget_gone(key)
  call('HDEL', gone, key)
  state.gone = state.gone - call('ZREM', gone_age, key)
end

function expire(key, entry)
  drop(key, entry)
  note_gone(key, 'x', entry.expires, entry.version, '')
  state.expired = state.expired + 1
end

-- Clears away what has expired, and what leases held that have ended; true where there may be more of
-- it. "due" is never later than the first expiry, and "lease_due" than the first end of a lease.
function sweep()
  local more = false
  if state.holders > 0 and now > state.lease_due then
    try_to_write()
    more = end_leases()
  end
  if now <= state.due then return more end
  try_to_write()
  local due = call('ZRANGEBYSCORE', expiry, '-inf', '(' .. whole(now), 'LIMIT', 0, SWEPT)
  for _, key in ipairs(due) do
    local entry = entry_of(key)
    if not entry then
      lose()
      return false
    end
    expire(key, entry)
  end
  local first = call('ZRANGE', expiry, 0, 0, 'WITHSCORES')[2]
  state.due = first and tonumber(first) or FAR
  return more or now > state.due
end

-- Evicts the oldest over the limits but the newest, what has expired before what lives; true where
-- more is left.
function evict(max_entries, max_bytes, newest)
  local left = EVICTED
  local swept = false
  while (max_entries and state.entries > max_entries) or (max_bytes and state.bytes > max_bytes) do
    if left <= 0 then return true end
    if not swept then
      swept = not sweep()
      left = left - SWEPT
    else
      local key = call('ZRANGE', age, 0, 0)[1]
      if not key or key == newest then
        -- One that is too large by itself is over them without any lease.
        if state.held + state.kept > 0 then state.over = state.over + 1 end
        return false
      end
      local entry = entry_of(key)
      if not entry then
        lose()
        return false
      end
      drop(key, entry)
      note_gone(key, 'v', now, entry.version, '')
      state.evicted = state.evicted + 1
      left = left - 1
    end
  end
  return false
end
