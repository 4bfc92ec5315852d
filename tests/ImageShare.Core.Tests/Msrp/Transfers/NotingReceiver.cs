using System.Buffers;
using ImageShare.Core.Msrp.Transfers;

namespace ImageShare.Core.Tests.Msrp.Transfers;

/// <summary>Notes each call as a line of text, and fails where it is told to.</summary>
internal sealed class NotingReceiver : IMsrpMessageReceiver
{
    public List<string> Calls { get; } = [];

    public List<string> Ids { get; } = [];

    public MsrpAcceptance Acceptance { get; set; }

    public Action? OnBegin { get; set; }

    public Func<CancellationToken, ValueTask>? OnWrite { get; set; }

    public Func<CancellationToken, ValueTask>? OnComplete { get; set; }

    public Action? OnAbort { get; set; }

    public void Reset()
    {
        Calls.Clear();
        Ids.Clear();
        Acceptance = MsrpAcceptance.Accept;
        (OnBegin, OnWrite, OnComplete, OnAbort) = (null, null, null, null);
    }

    public ValueTask<MsrpAcceptance> BeginAsync(MsrpMessageInfo message, CancellationToken cancellationToken)
    {
        string others = string.Join(' ', message.OtherHeaders.Select(static h => $"{h.Key}={h.Value}"));
        Calls.Add($"begin {message.MessageId} {message.ContentType} {message.Total} {message.SuccessReport} {others}");
        Ids.Add(message.MessageId);
        OnBegin?.Invoke();
        return ValueTask.FromResult(Acceptance);
    }

    public ValueTask WriteAsync(long offset, ReadOnlySequence<byte> data, CancellationToken cancellationToken)
    {
        Calls.Add($"write {offset} {data.Length}");
        return OnWrite?.Invoke(cancellationToken) ?? default;
    }

    public ValueTask CompleteAsync(long length, CancellationToken cancellationToken)
    {
        Calls.Add($"complete {length}");
        return OnComplete?.Invoke(cancellationToken) ?? default;
    }

    public ValueTask AbortAsync(MsrpAbortReason reason)
    {
        Calls.Add($"abort {reason}");
        OnAbort?.Invoke();
        return default;
    }
}
