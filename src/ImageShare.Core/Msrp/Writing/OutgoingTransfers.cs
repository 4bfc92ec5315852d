using System.Collections.Immutable;
using System.IO.Pipelines;
using ImageShare.Core.Msrp.Transfers;

namespace ImageShare.Core.Msrp.Writing;

/// <summary>
/// The messages being sent on one connection, and whose turn it is (RFC 4975 §7.1.1). Any thread may add and remove; <see cref="Interrupt"/>,
/// <see cref="Write"/> and <see cref="Flushed"/> belong to the writer loop.
/// </summary>
internal sealed class OutgoingTransfers(WriterState state, TimeProvider time) : IDisposable
{
    /// <summary>How much of a large chunk is written before another message has its turn.</summary>
    private const int LargeTurn = 16 * 1024;

    /// <summary>Up to so many messages take turns of one small chunk each.</summary>
    private const int FewTransfers = 8;

    /// <summary>How much of small chunks is written in a turn if there are more messages: the first chunk after one of another session costs most, because its head is not repeated.</summary>
    private const int ManyTurn = 64 * 1024;

    private readonly Turns _turns = new(state, time);
    private ImmutableArray<OutgoingTransfer> _all = [];

    // The writer loop's: the transfer with an open chunk, and those that have written since the last flush.
    private OutgoingTransfer? _open;
    private readonly List<OutgoingTransfer> _written = [];

    /// <summary>All of them. A snapshot.</summary>
    public ImmutableArray<OutgoingTransfer> All => _all;

    public bool IsEmpty => _all.IsEmpty;

    public void Add(OutgoingTransfer transfer)
    {
        ImmutableInterlocked.Update(ref _all, static (all, added) => all.Add(added), transfer);
        _turns.Add(transfer);
    }

    public void Remove(OutgoingTransfer transfer)
    {
        ImmutableInterlocked.Update(ref _all, static (all, removed) => all.Remove(removed), transfer);
        _turns.Remove(transfer);
    }

    /// <summary>Stops all of them. For any thread.</summary>
    public void Stop(TransferStop reason)
    {
        foreach (OutgoingTransfer transfer in _all)
        {
            transfer.Stop(reason);
        }
    }

    /// <summary>Ends the open chunk, if there is one: nothing can be sent inside it (RFC 4975 §7.1.1).</summary>
    public void Interrupt(PipeWriter output)
    {
        if (_open is { IsChunkOpen: true } open)
        {
            open.Interrupt(output);
            MarkWritten(open);
            _open = null;
        }
    }

    /// <summary>Writes what is ready, up to about <paramref name="flushSize"/> unflushed bytes.</summary>
    public void Write(PipeWriter output, int flushSize)
    {
        if (_open is { Result.IsCompleted: true } open)
        {
            // It has failed, but its chunk still needs an end-line.
            open.Write(output, 1);
            _open = null;
        }

        _turns.EndRests();

        // In turns: a chunk of each, or a piece of a large one, until the flush is worth its system call, or nobody has anything to write.
        int idle = 0;
        while (idle < _turns.Count && output.UnflushedBytes < flushSize && _turns.Next() is { } transfer)
        {
            bool isAlone = _turns.Count == 1 && (_open is null || _open == transfer);
            bool wrote = WriteTurn(output, transfer, isAlone ? flushSize - (int)output.UnflushedBytes : GetTurn(transfer, _turns.Count));
            idle = wrote ? 0 : idle + 1;
            if (wrote)
            {
                MarkWritten(transfer);
            }

            if (transfer.RestsUntil is { } until)
            {
                _turns.Rest(transfer, until);
                idle = Math.Max(0, idle - 1);
            }
        }

        _turns.Arm();
    }

    /// <summary>What was written has been flushed.</summary>
    public void Flushed(long now)
    {
        foreach (OutgoingTransfer transfer in _written)
        {
            transfer.Flushed(now);
        }

        _written.Clear();
    }

    /// <summary>The writer loop has ended.</summary>
    public void Dispose() => _turns.Dispose();

    private bool WriteTurn(PipeWriter output, OutgoingTransfer transfer, int budget)
    {
        if (_open is { } other && other != transfer && transfer.HasSomethingToWrite)
        {
            Interrupt(output);
        }

        if (_open is not null && _open != transfer)
        {
            return false;
        }

        bool wrote = transfer.Write(output, budget);
        _open = transfer.IsChunkOpen ? transfer : null;
        return wrote;
    }

    private void MarkWritten(OutgoingTransfer transfer)
    {
        if (_written.Count == 0 || _written[^1] != transfer)
        {
            _written.Add(transfer);
        }
    }

    // One chunk, or a piece of a large one.
    private static int GetTurn(OutgoingTransfer transfer, int transfers) =>
        transfer.HasLargeChunks ? LargeTurn : transfers <= FewTransfers ? 1 : ManyTurn;
}
