-- The put that most are: of a key that is there, nothing is held, due, or over the limits, and no key of
-- the namespace comes or goes. It does what put.lua does, in half the time: what it cannot do is left
-- to that, before anything is changed.
do
  local key, written, view = ARGV[2], ARGV[3], ARGV[5]
  local version, size = unpack_numbers('>dd', written)
  local token, reference, view_reference = written:sub(25, 32), written:sub(33, 64), written:sub(65, 96)
  local found = call('HMGET', data, 's', 'e' .. key)
  local packed, before = found[1], found[2]
  if packed and before and #packed == STATE_BYTES and #before >= ENTRY_BYTES and ARGV[10] ~= '1' then
    local format, last, cleared, entries, timed, bytes, expired, evicted, writes, ends, sealed, due,
      latest, gone_count, seen_count, held, kept, parked, over, lasts, holders, links, lease_due,
      rest = unpack_numbers(STATE, packed)
    local old_expires, old_number, old_version, old_size = unpack_numbers('>dddd', before)
    local old_reference = before:sub(49, 80)
    local expires = ARGV[6] ~= '' and now + tonumber(ARGV[6]) or NEVER
    local was_timed, is_timed = old_expires ~= NEVER, expires ~= NEVER
    local changes = old_reference ~= reference
    local now_timed = timed + (is_timed and 1 or 0) - (was_timed and 1 or 0)
    local still_ends = entries == now_timed and math.max(now, latest, expires, lasts) + KEPT <= ends
      or entries > now_timed and ends == 0
    local max_entries, max_bytes = tonumber(ARGV[7]), tonumber(ARGV[8])
    local fits = (not max_entries or entries <= max_entries)
      and (not max_bytes or bytes + size <= max_bytes)
    local is_new_view = view ~= '' and call('HGET', seen, view_reference) ~= (ARGV[12] or reference)
    if format == FORMAT and sealed == 0 and holders == 0 and links == 0 and held + kept == 0
      and now <= due and (not was_timed or old_expires >= now) and before:sub(41, 48) ~= token
      and version >= cleared and version >= old_version
      and (ARGV[9] == '' or tonumber(ARGV[9]) == old_version)
      and fits and still_ends and (timed > 0) == (now_timed > 0)
      and (not is_new_view or seen_count > 0 and seen_count < REMEMBERED)
      and call('EXISTS', age, references, expiry, gone_age, seen_age, held_age, holds, leases, leased)
        == 2 + (timed > 0 and 1 or 0) + (gone_count > 0 and 1 or 0) + (seen_count > 0 and 1 or 0)
    then
      local number = writes + 1
      writes = number
      local is_there = not changes or call('HEXISTS', data, 'o' .. reference) == 1
      if is_new_view then writes = writes + 1 end
      -- Refused where there is no memory: before the rest.
      local values = {'e' .. key, pack('>dd', expires, number) .. written}
      if view ~= '' then values[3], values[4] = 'v' .. key, view end
      if not is_there then
        values[#values + 1] = 'o' .. reference
        values[#values + 1] = ARGV[4]
        bytes = bytes + size
      end
      call('HSET', data, unpack(values))
      if is_new_view then
        call('HSET', seen, view_reference, ARGV[12] or reference)
        seen_count = seen_count + call('ZADD', seen_age, writes, view_reference)
      end
      if view == '' and old_reference ~= before:sub(81, 112) then call('HDEL', data, 'v' .. key) end
      call('ZADD', references, 0, reference .. pack('>d', number))
      call('ZREM', references, old_reference .. pack('>d', old_number))
      if changes and #call('ZRANGEBYLEX', references, '[' .. old_reference,
          '(' .. old_reference .. string.rep('\255', 9), 'LIMIT', 0, 1) == 0 then
        call('HDEL', data, 'o' .. old_reference)
        bytes = bytes - old_size
      end
      call('ZADD', age, whole(number), key)
      if is_timed then
        call('ZADD', expiry, whole(expires), key)
        due, latest = math.min(due, expires), math.max(latest, expires)
      elseif was_timed then
        call('ZREM', expiry, key)
      end
      call('HSET', data, 's', pack(STATE, format, math.max(last, version), cleared, entries, now_timed,
        bytes, expired, evicted, writes, ends, sealed, due, latest, gone_count, seen_count, held, kept,
        parked, over, lasts, holders, links, lease_due, rest))
      redis.pcall('PUBLISH', ARGV[11], key)
      return {1, 0}
    end
  end
end
