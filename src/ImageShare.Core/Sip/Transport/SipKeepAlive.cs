namespace ImageShare.Core.Sip.Transport;

/// <summary>
/// Asks a silent connection for a sign of life (RFC 5626 §4.4.1): after the interval, less a fifth at random so that many do not ask at the same
/// moment, CRLF CRLF goes out; a peer that then says nothing for 10 s is gone. Whatever it says is a sign of life.
/// </summary>
internal sealed class SipKeepAlive : IDisposable
{
    private static readonly byte[] Ping = "\r\n\r\n"u8.ToArray();
    private static readonly TimeSpan PongTime = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly TimeSpan _interval;
    private readonly Func<ReadOnlyMemory<byte>, ValueTask<bool>> _send;
    private readonly Action _lost;
    private readonly ITimer _timer;
    private bool _isAsking;
    private bool _isOver;

    /// <param name="interval">The longest silence.</param>
    /// <param name="time">The clock.</param>
    /// <param name="send">Sends octets; its failures are the connection's own.</param>
    /// <param name="lost">Called once when the peer is gone.</param>
    public SipKeepAlive(TimeSpan interval, TimeProvider time, Func<ReadOnlyMemory<byte>, ValueTask<bool>> send, Action lost)
    {
        _interval = interval;
        _send = send;
        _lost = lost;
        _timer = time.CreateTimer(_ => OnTimer(), null, Next(), Timeout.InfiniteTimeSpan);
    }

    public void OnReceived()
    {
        lock (_gate)
        {
            if (!_isOver)
            {
                _isAsking = false;
                _timer.Change(Next(), Timeout.InfiniteTimeSpan);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
            _timer.Dispose();
        }
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            if (_isOver)
            {
                return;
            }

            _isOver = _isAsking;
            if (!_isAsking)
            {
                _isAsking = true;
                _timer.Change(PongTime, Timeout.InfiniteTimeSpan);
                _ = SendAsync();
                return;
            }
        }

        _lost();
    }

    private async Task SendAsync()
    {
        try
        {
            await _send(Ping).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or ImageShareException)
        {
            // The transport closes, or the connection was dropped for taking nothing.
        }
    }

    // Not a secret, only spread out.
#pragma warning disable CA5394
    private TimeSpan Next() => _interval * (0.8 + (0.2 * Random.Shared.NextDouble()));
#pragma warning restore CA5394
}
