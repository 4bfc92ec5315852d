namespace ImageShare.Core.Msrp.Connections;

/// <summary>
/// The transactions of one transfer that wait for their response: a ring that the writer loop fills at one end and the reader loop
/// empties at the other, without a lock. Its size is the window: how many chunks may be unanswered at a time (RFC 4975 §7.1.1
/// asks nobody to wait for a response, but memory must stay flat). One place more is kept for the chunk that gives the message up, which
/// may go out when the window is full.
/// </summary>
internal sealed class OpenTransactions
{
    private const long NotSent = long.MaxValue;

    private readonly Entry[] _ring;
    private readonly int _mask;
    private long _head;
    private long _tail;
    private long _stamped;

    /// <param name="window">How many may be open; rounded up to one less than a power of two.</param>
    public OpenTransactions(int window)
    {
        int size = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, window) + 1);
        _ring = new Entry[size];
        _mask = size - 1;
    }

    /// <summary>Whether no transaction may be opened now but the last of all. For the writer loop.</summary>
    public bool IsFull => _tail - Volatile.Read(ref _head) >= _mask;

    /// <summary>
    /// Whether so much room has come that it is worth going on after the window was full: room for one chunk only, again and again, would
    /// make a system call of each chunk. For any thread.
    /// </summary>
    public bool HasRoomAgain => Volatile.Read(ref _tail) - Volatile.Read(ref _head) <= _mask - (_mask / 4) - 1;

    /// <summary>Whether every transaction has its response. For any thread.</summary>
    public bool IsEmpty => Volatile.Read(ref _head) == Volatile.Read(ref _tail);

    /// <summary>
    /// When the last octet of the oldest unanswered transaction was handed to the system, or null when none waits for its response.
    /// For any thread; what it says may be outdated at once, but never too old.
    /// </summary>
    public long? OldestSentAt
    {
        get
        {
            long head = Volatile.Read(ref _head);
            long sent = head < Volatile.Read(ref _tail) ? Volatile.Read(ref _ring[head & _mask].SentAt) : NotSent;
            return sent == NotSent ? null : sent;
        }
    }

    /// <summary>A chunk begins. For the writer loop.</summary>
    public void Open(TransactionKey key)
    {
        ref Entry entry = ref _ring[_tail & _mask];
        entry.Key = key;
        entry.IsAnswered = false;
        entry.Length = -1;
        Volatile.Write(ref entry.SentAt, NotSent);
        Volatile.Write(ref _tail, _tail + 1);
    }

    /// <summary>The chunk opened last has its end-line. For the writer loop.</summary>
    public void Close(long length) => Volatile.Write(ref _ring[(_tail - 1) & _mask].Length, length);

    /// <summary>All that was written has gone to the system: the time of the chunks that ended runs from now. For the writer loop.</summary>
    public void MarkSent(long now)
    {
        for (; _stamped < _tail; _stamped++)
        {
            ref Entry entry = ref _ring[_stamped & _mask];
            if (Volatile.Read(ref entry.Length) < 0)
            {
                return;
            }

            Volatile.Write(ref entry.SentAt, now);
        }
    }

    /// <summary>Whether this transaction is the oldest that waits for its response, as it nearly always is. For the reader loop.</summary>
    public bool IsNext(TransactionKey key) => _head < Volatile.Read(ref _tail) && _ring[_head & _mask].Key == key;

    /// <summary>Whether a transaction is open. For the reader loop.</summary>
    public bool Contains(TransactionKey key) => IndexOf(key) >= 0;

    /// <summary>Takes a transaction out. For the reader loop.</summary>
    /// <returns>Its octets; null when there is none of that id, or its end-line is not yet written.</returns>
    public long? Answer(TransactionKey key)
    {
        long index = IndexOf(key);
        if (index < 0)
        {
            return null;
        }

        ref Entry entry = ref _ring[index & _mask];
        long length = Volatile.Read(ref entry.Length);
        if (length < 0)
        {
            return null;
        }

        entry.IsAnswered = true;
        long head = _head;
        long tail = Volatile.Read(ref _tail);
        while (head < tail && _ring[head & _mask].IsAnswered)
        {
            head++;
        }

        Volatile.Write(ref _head, head);
        return length;
    }

    // Responses come in the order of the requests, so the first entry is nearly always the one.
    private long IndexOf(TransactionKey key)
    {
        long tail = Volatile.Read(ref _tail);
        for (long i = _head; i < tail; i++)
        {
            ref Entry entry = ref _ring[i & _mask];
            if (!entry.IsAnswered && entry.Key == key)
            {
                return i;
            }
        }

        return -1;
    }

    private struct Entry
    {
        public TransactionKey Key;
        public long Length;
        public long SentAt;
        public bool IsAnswered;
    }
}
