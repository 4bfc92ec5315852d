using ImageShare.Core.Fuzz;
using ImageShare.Core.Fuzz.Targets;

// Entry points for fuzzers. See docs/testing.md.
return args switch
{
    ["list"] => List(),
    ["replay", string folder] => Replay.All(folder),
    ["run", string target, string file] => Replay.One(target, file),
    ["afl", string target] => Afl(target),
    _ => Usage(),
};

static int List()
{
    foreach (FuzzTarget target in FuzzTarget.All)
    {
        Console.WriteLine(target.Name);
    }

    return 0;
}

static int Afl(string name)
{
    FuzzTarget target = FuzzTarget.Named(name);
    SharpFuzz.Fuzzer.OutOfProcess.Run(stream =>
    {
        using var input = new MemoryStream();
        stream.CopyTo(input);
        target.Run(input.ToArray());
    });
    return 0;
}

static int Usage()
{
    Console.Error.WriteLine(
        """
        list                  the targets
        replay FOLDER         runs every file below FOLDER/seeds and FOLDER/findings
        run TARGET FILE       runs one file
        afl TARGET            reads inputs from afl-fuzz (see the script fuzz)
        """);
    return 2;
}
