namespace ImageShare.Core.Sip.Transport.Timers;

/// <summary>
/// Keep-alives on a connection this side opened (RFC 5626 §4.4.1). Sends CRLF CRLF when nothing was received during the interval, which is shortened at random
/// by up to a fifth so that many clients do not send at once. If the peer then sends nothing for 10 s, the connection is lost. Thread-safe.
/// </summary>
internal sealed class SipKeepAlive : IDisposable
{
    private static readonly byte[] Ping = "\r\n\r\n"u8.ToArray();
    private static readonly TimeSpan PongTime = TimeSpan.FromSeconds(10);

    private readonly TimeSpan _interval;
    private readonly Func<ReadOnlyMemory<byte>, ValueTask<bool>> _send;
    private readonly GuardedTimer _timer;
    private bool _awaitsPong;

    /// <param name="interval">The longest silence.</param>
    /// <param name="time">The clock.</param>
    /// <param name="send">Sends bytes; its failures are the connection's own.</param>
    /// <param name="lost">Called once when the peer is gone.</param>
    public SipKeepAlive(TimeSpan interval, TimeProvider time, Func<ReadOnlyMemory<byte>, ValueTask<bool>> send, Action lost)
    {
        _interval = interval;
        _send = send;
        _timer = new GuardedTimer(time, Next(), OnTimer, lost);
    }

    public TimeSpan Interval => _interval;

    public void OnReceived() => _timer.Restart(this, static keepAlive =>
    {
        keepAlive._awaitsPong = false;
        return keepAlive.Next();
    });

    public void Dispose() => _timer.Dispose();

    private TimeSpan? OnTimer()
    {
        if (_awaitsPong)
        {
            return null;
        }

        _awaitsPong = true;
        _ = SendAsync();
        return PongTime;
    }

    private async Task SendAsync()
    {
        try
        {
            await _send(Ping).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or ImageShareException)
        {
            // The transport closes, or the connection was dropped because the peer does not read.
        }
    }

    // Spreads the load; it need not be unpredictable.
#pragma warning disable CA5394
    private TimeSpan Next() => _interval * (0.8 + (0.2 * Random.Shared.NextDouble()));
#pragma warning restore CA5394
}
