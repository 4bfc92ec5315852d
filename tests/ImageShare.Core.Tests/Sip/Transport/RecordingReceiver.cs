using System.Threading.Channels;
using ImageShare.Core.Sip.Messages;
using ImageShare.Core.Sip.Transport;

namespace ImageShare.Core.Tests.Sip.Transport;

/// <summary>Keeps what a transport delivers, and may answer it.</summary>
internal sealed class RecordingReceiver : ISipTransportReceiver
{
    private readonly Channel<(SipMessage Message, SipSource Source)> _messages = Channel.CreateUnbounded<(SipMessage, SipSource)>();
    private readonly Channel<object> _lost = Channel.CreateUnbounded<object>();

    public Action<SipMessage, SipSource>? OnEach { get; set; }

    public int Waiting => _messages.Reader.Count;

    public int LostCount => _lost.Reader.Count;

    public void OnMessage(SipMessage message, SipSource source)
    {
        _messages.Writer.TryWrite((message, source));
        OnEach?.Invoke(message, source);
    }

    public void OnConnectionLost(object connection) => _lost.Writer.TryWrite(connection);

    public Task<(SipMessage Message, SipSource Source)> NextAsync() =>
        _messages.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    public Task<object> NextLostAsync() => _lost.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
}
