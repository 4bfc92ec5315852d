Console.WriteLine("imageshare");
