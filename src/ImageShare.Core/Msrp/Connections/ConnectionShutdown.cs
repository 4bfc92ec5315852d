using ImageShare.Core.Msrp.Transfers;
using ImageShare.Core.Msrp.Writing;
using ImageShare.Core.Net;

namespace ImageShare.Core.Msrp.Connections;

/// <summary>The steps when a connection ends. Run one after the other by the task of the connection.</summary>
internal sealed class ConnectionShutdown(
    IStreamConnection stream, ReaderLoop reader, WriterLoop writer, BoundSessions<SessionBinding> bound, ConnectionEnd end, TimeProvider time)
{
    /// <summary>How long the last bytes may take to leave before the connection is dropped.</summary>
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(2);

    // Nobody adds to it.
    private static readonly HashSet<SessionBinding> NoSessions = [];

    /// <summary>Runs the writer loop, then waits until the reader loop has read what the peer sent last, and stops the transfers.</summary>
    public async Task WriteAsync()
    {
        await writer.RunAsync().ConfigureAwait(false);

        // A peer that refuses and closes breaks the writer before its refusal is read: its last response explains more than a broken stream.
        if (!end.IsForced)
        {
            try
            {
                await end.ReadingEnded.WaitAsync(DrainTime, time).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                end.End(MsrpSessionEndReason.ConnectionLost, force: true);
            }
        }

        writer.Transfers.Stop(TransferStop.ConnectionLost);
    }

    /// <summary>The sessions in the middle of a message, when the reader loop has ended.</summary>
    public HashSet<SessionBinding> FindCutOff()
    {
        HashSet<SessionBinding>? found = null;
        foreach (SessionBinding session in bound.Inside)
        {
            if (!session.Outgoing.IsEmpty)
            {
                (found ??= []).Add(session);
            }
        }

        foreach (SessionBinding session in reader.Sessions.All)
        {
            if (session.Incoming.IsOpen)
            {
                (found ??= []).Add(session);
            }
        }

        return found ?? NoSessions;
    }

    /// <summary>The reader loop has ended: what is still to be written has a short time.</summary>
    public async Task DrainAsync(Task writing, MsrpSessionEndReason reason)
    {
        if (reason != MsrpSessionEndReason.Closed)
        {
            // The peer is gone.
            writer.Transfers.Stop(TransferStop.ConnectionLost);
        }

        end.SetReadingEnded();
        if (reason is not (MsrpSessionEndReason.Closed or MsrpSessionEndReason.PeerClosed or MsrpSessionEndReason.ProtocolError))
        {
            end.End(reason, force: true);
        }

        writer.EndAfterQueue();
        try
        {
            await writing.WaitAsync(DrainTime, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The peer does not read: what is left will not arrive.
            end.End(reason, force: true);
            await writing.ConfigureAwait(false);
        }
    }

    /// <summary>Both loops have ended: releases the stream.</summary>
    public async Task ReleaseAsync()
    {
        if (end.IsForced)
        {
            stream.Abort();
        }

        await stream.DisposeAsync().ConfigureAwait(false);

        // Only now that neither loop uses them: the buffers are returned, and what was not flushed is dropped.
        await stream.Input.CompleteAsync().ConfigureAwait(false);
        await stream.Output.CompleteAsync(new IOException("The connection was closed.")).ConfigureAwait(false);
    }

    /// <summary>Tells the sessions and transfers that are left.</summary>
    /// <param name="reason">Why the connection has ended.</param>
    /// <param name="cutOff">The sessions in the middle of a message.</param>
    public async Task EndSessionsAsync(MsrpSessionEndReason reason, HashSet<SessionBinding> cutOff)
    {
        foreach (OutgoingTransfer transfer in writer.Transfers.All)
        {
            transfer.Stop(TransferStop.ConnectionLost);
            transfer.Finish();
        }

        IReadOnlyList<SessionBinding> sessions = bound.TakeAll();
        foreach (SessionBinding session in reader.Sessions.All)
        {
            await session.Incoming.AbortAsync(session.IsOver ? MsrpAbortReason.SessionClosed : MsrpAbortReason.ConnectionLost).ConfigureAwait(false);
        }

        foreach (SessionBinding session in sessions)
        {
            // For a session in the middle of a message, an orderly close by the peer is a lost connection.
            bool isLost = reason == MsrpSessionEndReason.PeerClosed && (reader.WasCutOff || cutOff.Contains(session));
            session.End(isLost ? MsrpSessionEndReason.ConnectionLost : reason);
        }
    }
}
