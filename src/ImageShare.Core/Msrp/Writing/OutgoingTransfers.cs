using System.Collections.Immutable;
using System.IO.Pipelines;
using ImageShare.Core.Msrp.Transfers;

namespace ImageShare.Core.Msrp.Writing;

/// <summary>
/// The messages being sent on one connection, and whose turn it is (RFC 4975 §7.1.1). Any thread may add and remove; <see cref="Interrupt"/>,
/// <see cref="Write"/> and <see cref="Flushed"/> belong to the writer loop.
/// </summary>
internal sealed class OutgoingTransfers
{
    /// <summary>How much of a large chunk is written before another message has its turn.</summary>
    private const int LargeTurn = 16 * 1024;

    /// <summary>Up to so many messages take turns of one small chunk each.</summary>
    private const int FewTransfers = 8;

    /// <summary>How much of small chunks is written in a turn if there are more messages: the first chunk after one of another session costs most, because its head is not repeated.</summary>
    private const int ManyTurn = 64 * 1024;

    private ImmutableArray<OutgoingTransfer> _all = [];

    // The writer loop's: the transfer with an open chunk, and the last one that had a turn.
    private OutgoingTransfer? _open;
    private int _turn;

    /// <summary>All of them. A snapshot.</summary>
    public ImmutableArray<OutgoingTransfer> All => _all;

    public bool IsEmpty => _all.IsEmpty;

    public void Add(OutgoingTransfer transfer) => ImmutableInterlocked.Update(ref _all, static (all, added) => all.Add(added), transfer);

    public void Remove(OutgoingTransfer transfer) => ImmutableInterlocked.Update(ref _all, static (all, removed) => all.Remove(removed), transfer);

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
            _open = null;
        }
    }

    /// <summary>Writes what is ready, up to about <paramref name="flushSize"/> unflushed bytes.</summary>
    public void Write(PipeWriter output, int flushSize)
    {
        ImmutableArray<OutgoingTransfer> transfers = _all;
        if (_open is { } open && !transfers.Contains(open))
        {
            // It has failed, but its chunk still needs an end-line.
            open.Write(output, 1);
            _open = null;
        }

        if (transfers.Length == 1)
        {
            transfers[0].Write(output, flushSize);
            _open = transfers[0].IsChunkOpen ? transfers[0] : null;
            return;
        }

        // In turns: a chunk of each, or a piece of a large one, until the flush is worth its system call.
        for (int idle = 0; idle < transfers.Length && output.UnflushedBytes < flushSize; idle++)
        {
            _turn = (_turn + 1) % transfers.Length;
            OutgoingTransfer transfer = transfers[_turn];
            if (WriteTurn(output, transfer, transfers.Length))
            {
                idle = -1;
            }
        }
    }

    /// <summary>What was written has been flushed.</summary>
    public void Flushed(long now)
    {
        foreach (OutgoingTransfer transfer in _all)
        {
            transfer.Flushed(now);
        }
    }

    private bool WriteTurn(PipeWriter output, OutgoingTransfer transfer, int transfers)
    {
        if (_open is { } other && other != transfer && transfer.HasSomethingToWrite)
        {
            other.Interrupt(output);
            _open = null;
        }

        if (_open is not null && _open != transfer)
        {
            return false;
        }

        bool wrote = transfer.Write(output, GetTurn(transfer, transfers));
        _open = transfer.IsChunkOpen ? transfer : null;
        return wrote;
    }

    // One chunk, or a piece of a large one.
    private static int GetTurn(OutgoingTransfer transfer, int transfers) =>
        transfer.HasLargeChunks ? LargeTurn : transfers <= FewTransfers ? 1 : ManyTurn;
}
