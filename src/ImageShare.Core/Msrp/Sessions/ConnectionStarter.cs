using ImageShare.Core.Msrp.Connections;

namespace ImageShare.Core.Msrp.Sessions;

/// <summary>Starts the connections of an endpoint, and ends them with it. Any thread may call any member.</summary>
internal sealed class ConnectionStarter(ConnectionContext context)
{
    private volatile bool _isClosed;

    /// <summary>Starts a connection.</summary>
    public void Start(MsrpConnection connection)
    {
        context.Connections.Add(connection);
        connection.Start();
        if (_isClosed)
        {
            // Opened while the endpoint was closed, which may have missed it.
            connection.End(MsrpSessionEndReason.Closed, force: true);
        }
    }

    /// <summary>Ends all connections: orderly within <see cref="MsrpEndpoint.CloseTime"/>, else at once.</summary>
    public async Task CloseAsync()
    {
        _isClosed = true;
        EndAll(force: false);
        try
        {
            await Task.WhenAll(context.Connections.All.Select(c => c.Ended)).WaitAsync(MsrpEndpoint.CloseTime, context.Settings.TimeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Their receivers do not return; the streams at least are dropped.
            EndAll(force: true);
        }
    }

    private void EndAll(bool force)
    {
        foreach (MsrpConnection connection in context.Connections.All)
        {
            connection.End(MsrpSessionEndReason.Closed, force);
        }
    }
}
