namespace ImageShare.Core.Sip.UserAgents.Loop;

/// <summary>An asynchronous operation of an <see cref="AgentLoop"/>. On the loop only; one of the last two is called when it has ended.</summary>
/// <typeparam name="T">What it comes to.</typeparam>
internal interface ILoopOperation<T>
{
    /// <summary>Begins it. May throw.</summary>
    ValueTask<T> BeginAsync(CancellationToken cancellationToken);

    /// <summary>It has succeeded.</summary>
    void Complete(T result);

    /// <summary>It has failed.</summary>
    void Fail(ImageShareException error);
}

/// <summary>An operation of three delegates.</summary>
internal sealed class LoopOperation<T>(Func<CancellationToken, ValueTask<T>> begin, Action<T> done, Action<ImageShareException> failed) : ILoopOperation<T>
{
    public ValueTask<T> BeginAsync(CancellationToken cancellationToken) => begin(cancellationToken);

    public void Complete(T result) => done(result);

    public void Fail(ImageShareException error) => failed(error);
}
