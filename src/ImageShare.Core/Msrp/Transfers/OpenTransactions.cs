using System.Runtime.InteropServices;

namespace ImageShare.Core.Msrp.Transfers;

/// <summary>
/// The transactions of one transfer that wait for their response: a ring that the writer loop fills at one end and the reader loop
/// empties at the other, without a lock. Its size is the window: how many chunks may be unanswered at a time (RFC 4975 §7.1.1
/// does not require waiting for a response, but memory must be bounded). One more entry is reserved for the chunk that aborts the message, which
/// may be sent when the window is full.
/// </summary>
internal sealed class OpenTransactions
{
    private const long NotSent = long.MaxValue;
    private const long NotClosed = -1;
    private const long Answered = -2;

    private readonly Entry[] _ring;

    // Apart from the ring: written after the flush, when the reader loop may already use the entries.
    private readonly long[] _sentAt;
    private readonly int _mask;
    private Ends _ends;

    /// <param name="window">How many may be open; rounded up to one less than a power of two.</param>
    public OpenTransactions(int window)
    {
        int size = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, window) + 1);
        _ring = new Entry[size];
        _sentAt = new long[size];
        _mask = size - 1;
    }

    /// <summary>Whether no transaction may be opened now but the last of all. For the writer loop.</summary>
    public bool IsFull =>
        _ends.Tail - _ends.HeadSeen >= _mask && _ends.Tail - (_ends.HeadSeen = Volatile.Read(ref _ends.Head)) >= _mask;

    /// <summary>How many bytes were acknowledged with a 2xx. For any thread.</summary>
    public long Acknowledged => Volatile.Read(ref _ends.Acknowledged);

    /// <summary>
    /// Whether there is enough room to continue after the window was full: waking the writer for each single chunk would
    /// cost a system call per chunk. For any thread.
    /// </summary>
    public bool HasRoomAgain => Volatile.Read(ref _ends.Tail) - Volatile.Read(ref _ends.Head) <= _mask - (_mask / 4) - 1;

    /// <summary>Whether every transaction has its response. For any thread.</summary>
    public bool IsEmpty => Volatile.Read(ref _ends.Head) == Volatile.Read(ref _ends.Tail);

    /// <summary>
    /// When the last byte of the oldest unanswered transaction was handed to the system, or null when none waits for its response.
    /// For any thread; the value may be outdated at once, but never too early.
    /// </summary>
    public long? OldestSentAt
    {
        get
        {
            long head = Volatile.Read(ref _ends.Head);
            long sent = head < Volatile.Read(ref _ends.Tail) ? Volatile.Read(ref _sentAt[head & _mask]) : NotSent;
            return sent == NotSent ? null : sent;
        }
    }

    /// <summary>A chunk begins. For the writer loop.</summary>
    public void Open(TransactionIdKey key)
    {
        ref Entry entry = ref _ring[_ends.Tail & _mask];
        entry.Key = key;
        entry.Length = NotClosed;
        Volatile.Write(ref _sentAt[_ends.Tail & _mask], NotSent);
        Volatile.Write(ref _ends.Tail, _ends.Tail + 1);
    }

    /// <summary>The chunk opened last has its end-line. For the writer loop.</summary>
    public void Close(long length) => Volatile.Write(ref _ring[(_ends.Tail - 1) & _mask].Length, length);

    /// <summary>Everything written was flushed: the time of the chunks that ended runs from now. For the writer loop.</summary>
    public void MarkSent(long now)
    {
        long stamped = _ends.Stamped;
        for (long tail = _ends.Tail; stamped < tail; stamped++)
        {
            if (_ring[stamped & _mask].Length == NotClosed)
            {
                break;
            }

            Volatile.Write(ref _sentAt[stamped & _mask], now);
        }

        _ends.Stamped = stamped;
    }

    /// <summary>Whether this transaction is the oldest that waits for its response, as it nearly always is. For the reader loop.</summary>
    public bool IsNext(TransactionIdKey key) => _ends.Head < Volatile.Read(ref _ends.Tail) && _ring[_ends.Head & _mask].Key == key;

    /// <summary>Whether a transaction is open. For the reader loop.</summary>
    public bool Contains(TransactionIdKey key) => IndexOf(key) >= 0;

    /// <summary>
    /// Fast path: completes the oldest transaction, answered with a 2xx, if it has this id and its end-line is written. For the reader loop.
    /// </summary>
    /// <returns>False when it is another.</returns>
    public bool TryAnswerNext(TransactionIdKey key)
    {
        long head = _ends.Head;
        if (head == _ends.TailSeen && head == (_ends.TailSeen = Volatile.Read(ref _ends.Tail)))
        {
            return false;
        }

        // Never answered before: it would not be the oldest.
        ref Entry entry = ref _ring[head & _mask];
        return entry.Key == key && TryCount(ref entry) && MoveHead(head + 1);
    }

    /// <summary>Completes a transaction that was answered with a 2xx. For the reader loop.</summary>
    /// <returns>False when there is none of that id, or its end-line is not yet written.</returns>
    public bool TryAnswer(TransactionIdKey key)
    {
        long index = IndexOf(key);
        if (index < 0 || !TryCount(ref _ring[index & _mask]))
        {
            return false;
        }

        _ring[index & _mask].Length = Answered;
        return MoveHead(_ends.Head);
    }

    private bool TryCount(ref Entry entry)
    {
        long length = Volatile.Read(ref entry.Length);
        if (length < 0)
        {
            return false;
        }

        Volatile.Write(ref _ends.Acknowledged, _ends.Acknowledged + length);
        return true;
    }

    // Past the entries that were answered out of order.
    private bool MoveHead(long head)
    {
        while ((head < _ends.TailSeen || head < (_ends.TailSeen = Volatile.Read(ref _ends.Tail))) && _ring[head & _mask].Length == Answered)
        {
            head++;
        }

        Volatile.Write(ref _ends.Head, head);
        return true;
    }

    // Responses come in the order of the requests, so the first entry is nearly always the one.
    private long IndexOf(TransactionIdKey key)
    {
        long tail = Volatile.Read(ref _ends.Tail);
        for (long i = _ends.Head; i < tail; i++)
        {
            ref Entry entry = ref _ring[i & _mask];
            if (entry.Length != Answered && entry.Key == key)
            {
                return i;
            }
        }

        return -1;
    }

    // The fields each loop writes are on separate cache lines, of any usual size, to avoid false sharing. Each
    // remembers how far it last saw the other, and reads again only when that is not far enough.
    [StructLayout(LayoutKind.Explicit, Size = 384)]
    private struct Ends
    {
        /// <summary>The oldest one that waits. The reader loop's.</summary>
        [FieldOffset(128)]
        public long Head;

        [FieldOffset(136)]
        public long TailSeen;

        [FieldOffset(144)]
        public long Acknowledged;

        /// <summary>Where the next one is opened. The writer loop's.</summary>
        [FieldOffset(256)]
        public long Tail;

        [FieldOffset(264)]
        public long HeadSeen;

        /// <summary>Up to where the time of sending is known.</summary>
        [FieldOffset(272)]
        public long Stamped;
    }

    private struct Entry
    {
        public TransactionIdKey Key;

        /// <summary>The bytes of the chunk, or what has become of it.</summary>
        public long Length;
    }
}
